import { expect, test } from "@jest/globals";
import { type Block, blocksOf } from "./blocks.ts";
import { runPage } from "./runPage.ts";

const block = (language: string, code: string, marker = ""): string =>
  `${marker}\n\`\`\`${language}\n${code}\n\`\`\``;

async function resultsOf(...blocks: readonly string[]): Promise<string[]> {
  const parsed: Block[] = blocksOf(blocks.join("\n"));
  return (await runPage(parsed)).map(({ result }) => result);
}

test("blocks that are no programs are read, or have to be marked", async () => {
  expect(
    await resultsOf(
      block("json", '{ "a": 1 }'),
      block("json", "{ a: 1 }"),
      block("yaml", "a: 1"),
      block("yaml", "a: 1", "<!-- not run: no reader -->"),
      block("json", "{}", "<!-- answer -->"),
    ),
  ).toEqual(["parsed", "FAIL", "FAIL", "not run", "FAIL"]);
});

test("programs run in order, share a folder and what they export, and fail where they fail", async () => {
  expect(
    await resultsOf(
      block("sh", "export NAME=faces\necho text > file"),
      block("sh", 'test "$NAME" = faces\ncat file'),
      block("text", "text", "<!-- answer -->"),
      block("text", "another", "<!-- answer -->"),
      block("sh", "false\ntrue"),
      block("sh", "false && true\ntrue"),
      block("js", 'await fetch("http://127.0.0.1:8484/healthz").then((answer) => answer.json());'),
      block("js", 'throw new Error("no");'),
    ),
  ).toEqual(["run", "run", "as it came", "FAIL", "FAIL", "FAIL", "run", "FAIL"]);
});
