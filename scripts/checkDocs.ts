import { existsSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import { packageRoot } from "../src/system/packageRoot.ts";
import { blocksOf, withCode } from "./docs/blocks.ts";
import { brokenLinks } from "./docs/links.ts";
import { type BlockResult, runPage } from "./docs/runPage.ts";

const usage = `npm run docs:check [-- OPTIONS] [PAGE…]

Runs every code block of the pages against a service that it starts, with drawn faces, and follows their links to files
and headings. Prints a row for each block; fails when one fails, or is neither run nor marked with why not.

  PAGE       such as docs/api.md; all pages without
  --write    writes what came into the blocks marked <!-- answer -->
`;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { write: { type: "boolean", default: false }, help: { type: "boolean" } },
});

/** Paths of all pages from the root of the repository. */
async function findPages(): Promise<string[]> {
  const files = await readdir(path.join(packageRoot, "docs"));
  const inDocs = files.filter((file) => file.endsWith(".md")).sort();
  return [
    ...["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "models/README.md"],
    ...inDocs.map((file) => `docs/${file}`),
  ];
}

async function checkBlocks(page: string, text: string): Promise<boolean> {
  const results = await runPage(blocksOf(text));
  for (const result of results) console.log(row(page, result));
  if (!options.write) return results.every(({ result }) => result !== "FAIL");
  const came = results.flatMap(({ block, came }) =>
    came === undefined ? [] : [[block.line, came] as const],
  );
  await writeFile(path.join(packageRoot, page), withCode(text, new Map(came)));
  return results.every(({ result, came }) => result !== "FAIL" || came !== undefined);
}

function row(page: string, { block, result, why = "" }: BlockResult): string {
  const place = `${page}:${block.line}`;
  return `${place.padEnd(34)} ${(block.language || "-").padEnd(8)} ${result.padEnd(12)} ${why}`.trimEnd();
}

async function main(): Promise<boolean> {
  if (options.help) {
    console.log(usage);
    return true;
  }
  const texts = new Map<string, string>();
  for (const page of await findPages()) {
    texts.set(page, await readFile(path.join(packageRoot, page), "utf8"));
  }
  let good = true;
  for (const [page, text] of texts) {
    if (positionals.length > 0 && !positionals.includes(page)) continue;
    if (!(await checkBlocks(page, text))) good = false;
  }
  const broken = brokenLinks(texts, (file) => existsSync(path.join(packageRoot, file)));
  for (const { page, target } of broken) console.log(`${page}: the link ${target} leads nowhere`);
  return good && broken.length === 0;
}

if (!(await main())) process.exitCode = 1;
