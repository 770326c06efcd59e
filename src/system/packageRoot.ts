import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

/**
 * The folder that holds this package's `package.json`, `drizzle/` and `models/`: the same whether the code
 * runs from its sources or from `dist/`.
 */
export const packageRoot: string = findRoot(path.dirname(fileURLToPath(import.meta.url)));

function findRoot(folder: string): string {
  if (existsSync(path.join(folder, "package.json"))) return folder;
  const parent = path.dirname(folder);
  if (parent === folder) throw new Error("Cameo's package.json was not found above its code");
  return findRoot(parent);
}
