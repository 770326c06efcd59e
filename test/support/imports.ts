import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { packageRoot } from "../../src/system/packageRoot.ts";

/** One file's import of another of this repository; both as paths from its root, with forward slashes. */
export interface Import {
  readonly from: string;
  readonly to: string;
  /** Whether only types are taken, which nothing is loaded for. */
  readonly isTypeOnly: boolean;
}

/** A statement that imports or exports from a relative path; the first group tells whether it is of types alone. */
const statement = /^(?:import|export)(\s+type)?\s(?:[^"';]*?\sfrom\s)?\s*"(\.[^"]+)"/gm;

/** The imports between the sources in some folders of the repository; tests and what becomes WebAssembly left out. */
export async function importsOf(folders: readonly string[]): Promise<Import[]> {
  const listed = await Promise.all(folders.map(sourcesIn));
  const read = await Promise.all(listed.flat().map(importsIn));
  return read.flat();
}

async function sourcesIn(folder: string): Promise<string[]> {
  const files = await readdir(path.join(packageRoot, folder), { recursive: true });
  return files
    .map((file) => path.posix.join(folder, ...file.split(path.sep)))
    .filter((file) => file.endsWith(".ts") && !/\.(test|d)\.ts$|\/assembly\//.test(file));
}

async function importsIn(from: string): Promise<Import[]> {
  const code = await readFile(path.join(packageRoot, from), "utf8");
  return [...code.matchAll(statement)].map(([, type, specifier = ""]) => ({
    from,
    to: path.posix.join(path.posix.dirname(from), specifier),
    isTypeOnly: type !== undefined,
  }));
}

/** The circles of imports, each as the files that import each other, however far around. */
export function circlesIn(imports: readonly Import[]): string[][] {
  const next = new Map<string, string[]>();
  for (const { from, to } of imports) next.set(from, [...(next.get(from) ?? []), to]);
  const reach = (start: string): Set<string> => {
    const seen = new Set<string>();
    const waiting = [...(next.get(start) ?? [])];
    for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
      if (seen.has(file)) continue;
      seen.add(file);
      waiting.push(...(next.get(file) ?? []));
    }
    return seen;
  };
  const reached = new Map([...next.keys()].map((file) => [file, reach(file)]));
  const circles = new Map<string, string[]>();
  for (const [file, others] of reached) {
    if (!others.has(file)) continue;
    const circle = [...others].filter((other) => reached.get(other)?.has(file)).sort();
    circles.set(circle.join(), circle);
  }
  return [...circles.values()];
}
