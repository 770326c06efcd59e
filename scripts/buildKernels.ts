import { statSync } from "node:fs";
import asc from "assemblyscript/asc";

/** Sources in AssemblyScript, and what they are compiled to. */
const kernels = {
  "src/recognition/pixels/assembly/kernels.ts": "dist/src/recognition/pixels/kernels.wasm",
  "src/storage/memory/assembly/innerProducts.ts": "dist/src/storage/memory/innerProducts.wasm",
} as const;

/** Compiles the kernels to WebAssembly, those that have changed since: it takes seconds. */
async function main(): Promise<void> {
  for (const [source, binary] of Object.entries(kernels)) await compile(source, binary);
}

async function compile(source: string, binary: string): Promise<void> {
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
