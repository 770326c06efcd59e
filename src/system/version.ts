import { readFileSync } from "node:fs";
import path from "node:path";
import { packageRoot } from "./packageRoot.ts";

const { version: stated } = JSON.parse(readFileSync(path.join(packageRoot, "package.json"), "utf8")) as {
  readonly version: string;
};

/** Of this package, as `package.json` states it. */
export const version: string = stated;
