type Imports = Readonly<Record<string, Readonly<Record<string, (...args: readonly unknown[]) => unknown>>>>;

/**
 * Prepares embedded databases that are opened after this to crash as a bug in their WebAssembly would have it.
 *
 * @returns what has one trap, once, when it writes to a file next: in the middle of a commit.
 */
export function prepareTrap(): () => void {
  const wasm = WebAssembly as unknown as {
    instantiate(source: unknown, imports: Imports): Promise<unknown>;
  };
  let isDue = false;
  const { instantiate } = wasm;
  wasm.instantiate = (source, imports) => {
    const { wasi_snapshot_preview1: wasi } = imports;
    const write = wasi?.fd_pwrite;
    if (write === undefined) return instantiate(source, imports);
    const fd_pwrite = (...args: readonly unknown[]) => {
      if (!isDue) return write(...args);
      isDue = false;
      return trap();
    };
    return instantiate(source, { ...imports, wasi_snapshot_preview1: { ...wasi, fd_pwrite } });
  };
  return () => {
    isDue = true;
  };
}

/** Executes the instruction `unreachable`: WebAssembly cannot catch what comes of it, as it could an error. */
function trap(): never {
  // A module with a type without parameters, a function of that type, its export as "f", and its body.
  const sections = ["0061736d01000000", "010401600000", "03020100", "07050101660000", "0a05010300000b"];
  const module = new WebAssembly.Module(Buffer.from(sections.join(""), "hex"));
  const { f } = new WebAssembly.Instance(module, {}).exports as { f(): never };
  return f();
}
