import { readFileSync } from "node:fs";
import path from "node:path";
import { packageRoot } from "../../system/packageRoot.ts";

/** Bytes of a page, which is WebAssembly's. */
export const pageBytes = 65_536;

/** Rows are padded with zeros to a multiple of this many components. */
const rowAlignment = 16;

/** What the kernel's decoding of 16-bit floats divides by, to save multiplications. */
const queryScale = 2 ** 112;

/** Compiled from `assembly/innerProducts.ts` to WebAssembly. All numbers are addresses, in bytes. */
interface Kernel {
  readonly memory: WebAssembly.Memory;
  /**
   * Stores the inner product of the query with each row, as a 32-bit float.
   *
   * @param rows begin of the rows, one behind the other; there must be one at least.
   * @param query begin of the query times `queryScale`, as 32-bit floats, as long as a row.
   */
  innerProducts(rows: number, rowsEnd: number, query: number, queryEnd: number, products: number): void;
}

const binary = path.join(packageRoot, "dist/src/storage/memory/innerProducts.wasm");

/** Bytes of a row of 16-bit floats, padded. */
export function rowBytesOf(dimension: number): number {
  return Math.ceil(dimension / rowAlignment) * rowAlignment * 2;
}

/**
 * Memory for vectors, in pages that are taken and given back, and the inner products of what lies in it. It grows
 * as pages are taken and never shrinks: pages that were given back are taken again.
 */
export class VectorPages {
  readonly #kernel = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(binary)), {})
    .exports as Kernel;
  readonly #free: number[] = [];
  readonly #query = this.take();
  readonly #products = this.take();

  /** The address of a page of zeros. @throws RangeError when there is no more memory: 4 GiB at most. */
  take(): number {
    return this.#free.pop() ?? this.#kernel.memory.grow(1) * pageBytes;
  }

  /** Gives a page back and forgets what it held. */
  giveBack(page: number): void {
    this.bytes(page, pageBytes).fill(0);
    this.#free.push(page);
  }

  /** Valid until the next page is taken. */
  bytes(address: number, length: number): Uint8Array {
    return new Uint8Array(this.#kernel.memory.buffer, address, length);
  }

  /** Sets what rows are compared with: as many components as they have; 16,384 at most. */
  setQuery(query: Float32Array): void {
    const scaled = new Float32Array(this.#kernel.memory.buffer, this.#query, rowBytesOf(query.length) / 2);
    scaled.fill(0);
    for (const [index, value] of query.entries()) scaled[index] = value * queryScale;
  }

  /** The inner products of the query and rows of one page, which are 16-bit floats; valid until the next call. */
  products(rows: number, count: number, rowBytes: number): Float32Array {
    const { memory, innerProducts } = this.#kernel;
    innerProducts(rows, rows + count * rowBytes, this.#query, this.#query + 2 * rowBytes, this.#products);
    return new Float32Array(memory.buffer, this.#products, count);
  }
}
