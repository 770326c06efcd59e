import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/**
 * The version of an AWS CLI of before August 2023, such as Debian 12 has: it does not read
 * AWS_ENDPOINT_URL_REKOGNITION and does not know users. Undefined when the CLI here is newer, or there is none.
 */
export async function oldCliVersion(): Promise<string | undefined> {
  const printed = await run("aws", ["--version"]).then(
    ({ stdout }) => stdout,
    () => "",
  );
  const [version, major, minor] = /aws-cli\/(\d+)\.(\d+)\S*/.exec(printed) ?? [];
  return Number(minor) < (major === "1" ? 29 : 13) ? version : undefined;
}

/** Puts a CLI that reads AWS_ENDPOINT_URL_REKOGNITION into a folder of the path, where the one here does not. */
export async function wrapOldCli(bin: string): Promise<void> {
  if ((await oldCliVersion()) === undefined) return;
  const { stdout } = await run("which", ["aws"]);
  const script = `#!/bin/sh\nexec ${stdout.trim()} --endpoint-url "$AWS_ENDPOINT_URL_REKOGNITION" "$@"\n`;
  await writeFile(path.join(bin, "aws"), script, { mode: 0o755 });
}

/** Whether a failed command failed for want of an operation that the CLI does not know. */
export function lacksOperation(stderr: string): boolean {
  return /argument operation: (Found i|I)nvalid choice/.test(stderr);
}
