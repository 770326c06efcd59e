import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { developmentCredential } from "../../src/boot/config.ts";
import { startServiceProcess } from "../../test/support/serviceProcess.ts";
import type { Block } from "./blocks.ts";
import { lacksOperation } from "./oldCli.ts";
import { sameForm } from "./sameForm.ts";
import { furnish } from "./workplace.ts";

/** How a block fared. */
export interface BlockResult {
  readonly block: Block;
  readonly result: "run" | "as it came" | "parsed" | "not run" | "FAIL";
  /** Why it was not run, or what is wrong. */
  readonly why?: string;
  /** For an answer: what came, as the page would print it. */
  readonly came?: string;
}

/** Longest that a block may take, in milliseconds. */
const timeout = 120_000;

/** The address that pages name; the service of a check has a port of its own. */
const documentedEndpoint = "http://127.0.0.1:8484";

/** A block that was run, and its standard output. */
interface Ran {
  readonly result: BlockResult;
  readonly printed: string;
  /** The version of the AWS CLI that it may have used, when that is too old to know all that is answered. */
  readonly oldCli: string | undefined;
}

interface Ended {
  readonly error: Error | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Program {
  readonly extension: string;
  readonly command: string;
  readonly wrap: (code: string) => string;
}

const programs: Readonly<Record<string, Program>> = {
  // What one block of a page exports the next has, as in a reader's terminal.
  sh: {
    extension: "sh",
    command: "bash",
    wrap: (code) =>
      ["set -euo pipefail", "[ ! -f exported ] || . ./exported", code, "export -p > exported"].join("\n"),
  },
  js: { extension: "mjs", command: process.execPath, wrap: (code) => code },
  python: { extension: "py", command: "python3", wrap: (code) => code },
};

/**
 * Runs the blocks of a page, in order, in a folder and against a service that no other page has.
 *
 * @returns a result for each block.
 */
export async function runPage(blocks: readonly Block[]): Promise<BlockResult[]> {
  const needsService = blocks.some(({ language, marker }) => marker === undefined && language in programs);
  if (!needsService) return blocks.map((block) => judge(block, undefined));

  const folder = await mkdtemp(path.join(tmpdir(), "cameo-docs-"));
  const page = path.join(folder, "page");
  await mkdir(page);
  const service = await startServiceProcess({
    models: "drawn-faces",
    env: { CAMEO_DATA_DIR: path.join(folder, "data"), CAMEO_MODELS_DIR: path.join(folder, "models") },
  });
  try {
    const oldCli = await furnish(page);
    const results: BlockResult[] = [];
    let before: Ran | undefined;
    for (const block of blocks) {
      const program = block.marker === undefined ? programs[block.language] : undefined;
      if (program !== undefined) before = await execute(program, block, page, service.endpoint, oldCli);
      results.push(program !== undefined && before !== undefined ? before.result : judge(block, before));
    }
    return results;
  } finally {
    await service.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function execute(
  { extension, command, wrap }: Program,
  block: Block,
  folder: string,
  endpoint: string,
  oldCli: string | undefined,
): Promise<Ran> {
  if (extension === "sh" && block.code.includes("&&")) {
    const why = "the shell does not tell when what stands before && fails: write two lines";
    return { result: { block, result: "FAIL", why }, printed: "", oldCli };
  }
  const file = `block-${block.line}.${extension}`;
  await writeFile(path.join(folder, file), wrap(block.code.replaceAll(documentedEndpoint, endpoint)));
  const env = {
    ...process.env,
    NODE_OPTIONS: "",
    PATH: `${path.join(folder, "bin")}:${process.env.PATH}`,
    AWS_ENDPOINT_URL_REKOGNITION: endpoint,
    AWS_ACCESS_KEY_ID: developmentCredential.accessKeyId,
    AWS_SECRET_ACCESS_KEY: developmentCredential.secretAccessKey,
    AWS_DEFAULT_REGION: "us-east-1",
    AWS_CONFIG_FILE: path.join(folder, "aws.config"),
    AWS_PAGER: "",
  };
  const { error, stdout, stderr } = await new Promise<Ended>((resolve) => {
    execFile(command, [file], { cwd: folder, env, timeout }, (error, stdout, stderr) =>
      resolve({ error, stdout, stderr }),
    );
  });
  const unknown = oldCli !== undefined && lacksOperation(stderr);
  return {
    result:
      error === null
        ? { block, result: "run" }
        : unknown
          ? { block, result: "not run", why: `${oldCli} does not know the operation` }
          : { block, result: "FAIL", why: error.message },
    oldCli: extension === "sh" ? oldCli : undefined,
    printed: stdout.replaceAll(endpoint, documentedEndpoint).trim(),
  };
}

/** The result of a block that is no program. */
function judge(block: Block, before: Ran | undefined): BlockResult {
  const { marker, language, code } = block;
  if (marker?.kind === "not run") return { block, result: "not run", why: marker.reason };
  if (marker?.kind === "answer") return compare(block, before);
  if (language === "json") {
    try {
      JSON.parse(code);
      return { block, result: "parsed" };
    } catch (error) {
      return { block, result: "FAIL", why: (error as Error).message };
    }
  }
  const why = `"${language}" cannot be run: say why in <!-- not run: … --> right above the block`;
  return { block, result: "FAIL", why };
}

function compare(block: Block, before: Ran | undefined): BlockResult {
  if (before === undefined) return { block, result: "FAIL", why: "nothing was run before this answer" };
  const { result, printed, oldCli } = before;
  if (result.result !== "run") return { ...result, block };
  if (sameForm(block.code, printed)) return { block, result: "as it came", came: printed };
  if (oldCli !== undefined) return { block, result: "not run", why: `${oldCli} does not know all members` };
  return { block, result: "FAIL", why: `What came is another:\n${printed}`, came: printed };
}
