import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { developmentCredential } from "../../src/config.ts";
import { startServiceProcess } from "../../test/support/serviceProcess.ts";
import type { Block } from "./blocks.ts";
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
    await furnish(page);
    const results: BlockResult[] = [];
    let printed: string | undefined;
    for (const block of blocks) {
      const program = block.marker === undefined ? programs[block.language] : undefined;
      if (program === undefined) {
        results.push(judge(block, printed));
        continue;
      }
      const { error, stdout } = await execute(program, block, page, service.endpoint);
      printed = stdout.replaceAll(service.endpoint, documentedEndpoint).trim();
      results.push(error === null ? { block, result: "run" } : { block, result: "FAIL", why: error.message });
    }
    return results;
  } finally {
    await service.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function execute(
  { extension, command, wrap }: Program,
  { line, code }: Block,
  folder: string,
  endpoint: string,
): Promise<{ readonly error: Error | null; readonly stdout: string }> {
  const file = `block-${line}.${extension}`;
  await writeFile(path.join(folder, file), wrap(code.replaceAll(documentedEndpoint, endpoint)));
  return new Promise((resolve) => {
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
    execFile(command, [file], { cwd: folder, env, timeout }, (error, stdout) => resolve({ error, stdout }));
  });
}

/** The result of a block that is no program. */
function judge(block: Block, printed: string | undefined): BlockResult {
  const { marker, language, code } = block;
  if (marker?.kind === "not run") return { block, result: "not run", why: marker.reason };
  if (marker?.kind === "answer") return compare(block, printed);
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

function compare(block: Block, printed: string | undefined): BlockResult {
  if (printed === undefined) return { block, result: "FAIL", why: "nothing was run before this answer" };
  return sameForm(block.code, printed)
    ? { block, result: "as it came", came: printed }
    : { block, result: "FAIL", why: `What came is another:\n${printed}`, came: printed };
}
