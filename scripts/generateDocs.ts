import path from "node:path";
import { settingsTable } from "../src/boot/config.ts";
import { packageRoot } from "../src/system/packageRoot.ts";
import { writeSection } from "./markedSection.ts";
import { metricsTable } from "./metricsTable.ts";
import { operationsTable } from "./operationsTable.ts";

/** Writes the generated parts of the docs; with `--check` only tells whether they are up to date. */
const sections = [
  { file: "docs/configuration.md", name: "settings", content: settingsTable() },
  { file: "docs/monitoring.md", name: "metrics", content: await metricsTable() },
  { file: "README.md", name: "operations", content: operationsTable() },
];

const check = process.argv.includes("--check");
for (const { file, name, content } of sections) {
  if (!(await writeSection(path.join(packageRoot, file), name, content, check))) {
    console.error(`${file} is stale: run npm run docs:generate`);
    process.exitCode = 1;
  }
}
