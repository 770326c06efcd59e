/** What the comment right above a block says of it. */
export type Marker =
  /** It cannot be run where the docs are checked, and why. */
  | { readonly kind: "not run"; readonly reason: string }
  /** It is what the block before it prints, in form: ids, times and numbers are those of one run. */
  | { readonly kind: "answer" };

/** A fenced block of a Markdown page. */
export interface Block {
  /** Line of the opening fence, from 1. */
  readonly line: number;
  /** Word after the opening fence; empty where there is none. */
  readonly language: string;
  readonly code: string;
  readonly marker: Marker | undefined;
}

const openingFence = /^( *)```(\S*)\s*$/;
const notRun = /^\s*<!-- not run: (.+) -->\s*$/;
const answer = /^\s*<!-- answer -->\s*$/;

/** The fenced blocks of a page, in its order. @throws for a fence that is not closed. */
export function blocksOf(page: string): Block[] {
  const lines = page.split("\n");
  const blocks: Block[] = [];
  for (let index = 0; index < lines.length; index++) {
    const fence = openingFence.exec(lines[index] ?? "");
    if (fence === null) continue;
    const [, indent = "", language = ""] = fence;
    const end = lines.indexOf(`${indent}\`\`\``, index + 1);
    if (end === -1) throw new Error(`The block of line ${index + 1} has no end`);
    blocks.push({
      line: index + 1,
      language,
      code: lines
        .slice(index + 1, end)
        .map((line) => line.slice(indent.length))
        .join("\n"),
      marker: markerOf(lines[index - 1] ?? ""),
    });
    index = end;
  }
  return blocks;
}

function markerOf(lineAbove: string): Marker | undefined {
  const reason = notRun.exec(lineAbove)?.[1];
  if (reason !== undefined) return { kind: "not run", reason };
  return answer.test(lineAbove) ? { kind: "answer" } : undefined;
}

/** A page whose blocks at some lines hold other code. */
export function withCode(page: string, codeByLine: ReadonlyMap<number, string>): string {
  const lines = page.split("\n");
  for (const { line, code } of blocksOf(page).reverse()) {
    const other = codeByLine.get(line);
    if (other !== undefined) lines.splice(line, linesOf(code).length, ...linesOf(other));
  }
  return lines.join("\n");
}

function linesOf(code: string): string[] {
  return code === "" ? [] : code.split("\n");
}
