import { expect, test } from "@jest/globals";
import { blocksOf, withCode } from "./blocks.ts";

const page = [
  "# Page",
  "```sh",
  "echo 1",
  "```",
  "<!-- answer -->",
  "```json",
  "{",
  "}",
  "```",
  "- item",
  "  <!-- not run: needs Docker -->",
  "  ```",
  "  docker run",
  "    --rm",
  "  ```",
].join("\n");

test("blocks have their line, language, code and marker", () => {
  expect(blocksOf(page)).toEqual([
    { line: 2, language: "sh", code: "echo 1", marker: undefined },
    { line: 6, language: "json", code: "{\n}", marker: { kind: "answer" } },
    {
      line: 12,
      language: "",
      code: "docker run\n  --rm",
      marker: { kind: "not run", reason: "needs Docker" },
    },
  ]);
});

test("a block without an end is a fault of the page", () => {
  expect(() => blocksOf("text\n```sh\necho")).toThrow("The block of line 2 has no end");
});

test("code is replaced, and the rest of the page stays", () => {
  const written = withCode(page, new Map([[6, '{\n  "a": 1\n}']]));
  expect(written).toBe(page.replace("{\n}", '{\n  "a": 1\n}'));
});

test("an empty block is filled", () => {
  expect(withCode("```text\n```\nrest", new Map([[1, "a\nb"]]))).toBe("```text\na\nb\n```\nrest");
});
