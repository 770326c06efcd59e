import { statSync } from "node:fs";
import asc from "assemblyscript/asc";

const source = "src/recognition/pixels/assembly/kernels.ts";
const binary = "dist/src/recognition/pixels/kernels.wasm";

/** Compiles the pixel kernels to WebAssembly, unless they have not changed since: it takes seconds. */
async function main(): Promise<void> {
  if (changedAt(binary) > changedAt(source)) return;
  const { error, stderr } = await asc.main([
    source,
    ...["--outFile", binary],
    ...["-O3", "--noAssert", "--enable", "simd", "--runtime", "minimal"],
  ]);
  if (error === null) return;
  console.error(stderr.toString());
  throw error;
}

function changedAt(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

await main();
