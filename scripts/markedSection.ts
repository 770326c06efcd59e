import { readFile, writeFile } from "node:fs/promises";

/**
 * Replaces what stands between `<!-- name -->` and `<!-- /name -->` in a Markdown file.
 *
 * @param check do not write: only tell whether the file says it already.
 * @returns whether the file says it now.
 * @throws when the file lacks the markers.
 */
export async function writeSection(
  file: string,
  name: string,
  content: string,
  check: boolean,
): Promise<boolean> {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const text = await readFile(file, "utf8");
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from === -1 || to < from) throw new Error(`${file} needs the lines ${begin} and ${end}`);
  const updated = `${text.slice(0, from + begin.length)}\n\n${content}\n\n${text.slice(to)}`;
  if (updated === text) return true;
  if (check) return false;
  await writeFile(file, updated);
  return true;
}
