import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "@jest/globals";
import { packageRoot } from "../src/system/packageRoot.ts";

const run = promisify(execFile);

/** Prints the program's help, and which native libraries the process has loaded when it ends. */
const script = `
  process.argv = [process.execPath, "cameo", "--help"];
  process.exit = () => console.log(process.report.getReport().sharedObjects.join("\\n"));
  await import("./dist/src/cli/cameo.js");
`;

test("help is printed without loading onnxruntime or libvips", async () => {
  const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", script], {
    cwd: packageRoot,
  });
  expect(stdout).toContain("cameo COMMAND [OPTIONS]");
  expect(stdout).toMatch(/libc\./);
  expect(stdout).not.toMatch(/onnxruntime|vips|sharp/);
});
