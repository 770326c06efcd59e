import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { systemErrorCode } from "../../src/system/systemError.ts";

/** Bytes to look for, by what they are. */
export type Needles = Readonly<Record<string, Buffer>>;

/**
 * Looks for bytes in every file of a folder.
 *
 * @returns `file: what` for each that was found, sorted.
 */
export async function filesHolding(folder: string, needles: Needles): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    for (const what of await needlesIn(file, needles)) found.push(`${path.relative(folder, file)}: ${what}`);
  }
  return found.sort();
}

/** What of the needles is in a file; nothing where it was removed meanwhile. */
export async function needlesIn(file: string, needles: Needles): Promise<string[]> {
  const content = await readFile(file).catch((error: unknown) => {
    if (systemErrorCode(error) === "ENOENT") return Buffer.alloc(0);
    throw error;
  });
  return Object.keys(needles).filter((what) => content.includes(needles[what] as Buffer));
}
