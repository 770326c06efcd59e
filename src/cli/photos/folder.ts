import { readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import { systemErrorCode } from "../../system/systemError.ts";
import { UsageError } from "../command.ts";
import { type Album, albumOf, type Photo } from "./photo.ts";

/** The photos of a folder and of the folders in it; links to folders are not followed. @throws UsageError */
export async function openFolder(folder: string): Promise<Album> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    if (["ENOENT", "ENOTDIR"].includes(systemErrorCode(error) ?? "")) {
      throw new UsageError(`There is no folder ${folder}`);
    }
    throw error;
  });
  const files: Photo[] = [];
  for (const entry of entries) {
    const file = path.join(entry.parentPath, entry.name);
    const { size, mtimeMs, isFile } = await sizeAndAge(file);
    if (!isFile) continue;
    files.push({
      path: path.relative(folder, file).replaceAll(path.sep, "/"),
      stamp: `${size}-${Math.floor(mtimeMs)}`,
      // A copy, because small files come in a part of a larger buffer.
      read: async () => new Uint8Array(await readFile(file)),
    });
  }
  return albumOf(files);
}

/** Of a file; a link without a target is none. */
async function sizeAndAge(file: string): Promise<{ size: number; mtimeMs: number; isFile: boolean }> {
  try {
    const stats = await stat(file);
    return { size: stats.size, mtimeMs: stats.mtimeMs, isFile: stats.isFile() };
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return { size: 0, mtimeMs: 0, isFile: false };
    throw error;
  }
}
