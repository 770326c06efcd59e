import { expect, test } from "@jest/globals";
import { brokenLinks } from "./links.ts";

const existing = new Set(["docs/b.md", "src/file.ts"]);

function targetsThatLeadNowhere(text: string): string[] {
  const pages = new Map([
    ["docs/a.md", `# Head\n${text}`],
    ["docs/b.md", "# `cameo index`: how, and why?\n```sh\n# no heading\n```\n## Twice\n## Twice\n"],
  ]);
  return brokenLinks(pages, (file) => existing.has(file)).map(({ target }) => target);
}

test("links to files, headings and the web lead somewhere", () => {
  const text =
    "[a](#head) [b](b.md) [c](b.md#cameo-index-how-and-why) [d](b.md#twice-1) [e](../src/file.ts) [f](https://x.test)";
  expect(targetsThatLeadNowhere(text)).toEqual([]);
});

test("a missing file, a missing heading and a comment in code are found", () => {
  expect(targetsThatLeadNowhere("[a](c.md) [b](b.md#three) [c](#tail) [d](b.md#no-heading)")).toEqual([
    "c.md",
    "b.md#three",
    "#tail",
    "b.md#no-heading",
  ]);
});

test("what stands in code is no link", () => {
  expect(targetsThatLeadNowhere("`[a](c.md)`\n```js\nlist[0](c.md)\n```\n")).toEqual([]);
});
