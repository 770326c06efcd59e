import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { packageRoot } from "../../src/system/packageRoot.ts";

const run = promisify(execFile);

/**
 * The version of an AWS CLI of before August 2023, such as Debian 12 has: it does not read
 * AWS_ENDPOINT_URL_REKOGNITION and does not know users. Undefined when the CLI here is newer, or there is none.
 */
async function oldCliVersion(): Promise<string | undefined> {
  const printed = await run("aws", ["--version"]).then(
    ({ stdout }) => stdout,
    () => "",
  );
  const [version, major, minor] = /aws-cli\/(\d+)\.(\d+)\S*/.exec(printed) ?? [];
  return Number(minor) < (major === "1" ? 29 : 13) ? version : undefined;
}

/** AWS's model of the service, where the reference material lies beside the checkout: it has all operations. */
const serviceModel = path.join(packageRoot, "../shared/spec/models/rekognition.service-2.json");

/**
 * Puts into a folder of the path, where the CLI here is old, one that reads AWS_ENDPOINT_URL_REKOGNITION, and knows the
 * operations of AWS's model where that is at hand.
 *
 * @returns the version of the CLI when that does not know all operations.
 */
export async function wrapOldCli(bin: string): Promise<string | undefined> {
  const version = await oldCliVersion();
  if (version === undefined) return undefined;
  const hasModel = existsSync(serviceModel);
  if (hasModel) {
    // As botocore looks for it: service, version of its API, kind.
    const folder = path.join(bin, "models/rekognition/2016-06-27");
    await mkdir(folder, { recursive: true });
    await symlink(serviceModel, path.join(folder, "service-2.json"));
  }
  const { stdout } = await run("which", ["aws"]);
  const script = [
    "#!/bin/sh",
    `export AWS_DATA_PATH="${path.join(bin, "models")}"`,
    `exec ${stdout.trim()} --endpoint-url "$AWS_ENDPOINT_URL_REKOGNITION" "$@"`,
    "",
  ].join("\n");
  await writeFile(path.join(bin, "aws"), script, { mode: 0o755 });
  return hasModel ? undefined : version;
}

/** Whether a failed command failed for want of an operation that the CLI does not know. */
export function lacksOperation(stderr: string): boolean {
  return /argument operation: (Found i|I)nvalid choice/.test(stderr);
}
