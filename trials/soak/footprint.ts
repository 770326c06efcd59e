import { readdirSync, readlinkSync } from "node:fs";
import { open, readdir, stat } from "node:fs/promises";
import path from "node:path";
import { residentMemory } from "../../bench/load/memory.ts";

/** What a process holds of the system. */
export interface Footprint {
  /** MiB. */
  readonly resident: number;
  readonly threads: number;
  /** Open file descriptors, by kind: socket, pipe, anon_inode, file. */
  readonly descriptors: Readonly<Record<string, number>>;
}

/** Reads a footprint from `/proc`. */
export function footprintOf(pid: number): Footprint {
  const descriptors: Record<string, number> = {};
  for (const descriptor of readdirSync(`/proc/${pid}/fd`)) {
    const kind = kindOf(`/proc/${pid}/fd/${descriptor}`);
    descriptors[kind] = (descriptors[kind] ?? 0) + 1;
  }
  return {
    resident: residentMemory(pid) ?? Number.NaN,
    threads: readdirSync(`/proc/${pid}/task`).length,
    descriptors,
  };
}

function kindOf(link: string): string {
  try {
    return /^(socket|pipe|anon_inode):/.exec(readlinkSync(link))?.[1] ?? "file";
  } catch {
    return "closed meanwhile";
  }
}

/** The first bytes of a PNG, and of the JPEGs that are drawn here: marker, length and name of their first segment. */
const signatures = [Buffer.from("89504e470d0a1a0a", "hex"), Buffer.from("ffd8ffe000104a464946", "hex")];

const chunk = 1 << 20;

/** Folders of a checkout that nothing of a service is written to, and that are large. */
const passedOver = new Set(["node_modules", ".git", "dist"]);

/**
 * Files below some folders that were written since a time and hold the beginning of an image, wherever in them.
 *
 * @param since milliseconds since 1970.
 */
export async function filesWithImages(folders: readonly string[], since: number): Promise<string[]> {
  const found: string[] = [];
  for (const folder of folders) {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const at = path.join(folder, entry.name);
      if (entry.isDirectory() && !passedOver.has(entry.name)) {
        found.push(...(await filesWithImages([at], since)));
      } else if (entry.isFile() && (await stat(at)).mtimeMs >= since && (await holdsImage(at))) {
        found.push(at);
      }
    }
  }
  return found;
}

async function holdsImage(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    let rest = Buffer.alloc(0);
    for (;;) {
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(chunk), 0, chunk);
      if (bytesRead === 0) return false;
      const text = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
      if (signatures.some((signature) => text.includes(signature))) return true;
      rest = text.subarray(-16);
    }
  } finally {
    await handle.close();
  }
}
