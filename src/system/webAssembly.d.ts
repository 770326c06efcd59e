/** The part of WebAssembly's JavaScript interface that is used; TypeScript declares it with the browser's only. */
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array);
  }
  class Instance {
    constructor(module: Module, imports: Readonly<Record<string, Readonly<Record<string, () => never>>>>);
    readonly exports: unknown;
  }
  interface Memory {
    readonly buffer: ArrayBuffer;
    /** Adds pages of 64 KiB, and tells how many there were; `buffer` is another one then. */
    grow(pages: number): number;
  }
}
