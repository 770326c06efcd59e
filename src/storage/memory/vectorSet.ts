import { setImmediate as nextTurn } from "node:timers/promises";
import type { VectorQuery } from "../vectorIndex.ts";
import { type Match, Nearest } from "./nearest.ts";
import { pageBytes, rowBytesOf, type VectorPages } from "./vectorPages.ts";

/** Bytes that an id takes: the string, its places in the list and in the map. Measured for FaceIds: 105 to 116. */
const idBytes = 128;

/** Bytes compared before other work gets a turn: about a millisecond. */
const sliceBytes = 8 * 1024 * 1024;

/** Thrown when vectors of different lengths meet: they are of different model packs. */
export class DimensionError extends Error {
  override readonly name = "DimensionError";
}

/** Bytes that a set of so many vectors takes. */
export function setBytes(count: number, dimension: number): number {
  const rowsInPage = Math.floor(pageBytes / rowBytesOf(dimension));
  return Math.ceil(count / rowsInPage) * pageBytes + count * idBytes;
}

/** Vectors by their ids: rows of 16-bit floats, page after page, without gaps. */
export class VectorSet {
  readonly #memory: VectorPages;
  readonly #pages: number[] = [];
  readonly #ids: string[] = [];
  readonly #rows = new Map<string, number>();
  /** That of the first vector. */
  #dimension = 0;

  constructor(memory: VectorPages) {
    this.#memory = memory;
  }

  get size(): number {
    return this.#ids.length;
  }

  /** Bytes that the set takes. */
  get bytes(): number {
    return this.#pages.length * pageBytes + this.size * idBytes;
  }

  /**
   * Adds a vector, or replaces that of its id.
   *
   * @param halves 16-bit floats, the lower byte first.
   * @throws DimensionError
   */
  put(id: string, halves: Uint8Array): void {
    if (this.size === 0) this.#dimension = halves.length / 2;
    this.#checkDimension(halves.length / 2);
    let row = this.#rows.get(id);
    if (row === undefined) {
      row = this.#ids.push(id) - 1;
      this.#rows.set(id, row);
      if (row % this.#rowsInPage === 0) this.#pages.push(this.#memory.take());
    }
    this.#bytesOf(row).set(halves);
  }

  /** Removes the vector of an id, if there is one. */
  remove(id: string): void {
    const row = this.#rows.get(id);
    if (row === undefined) return;
    const last = this.size - 1;
    const lastId = this.#ids[last] as string;
    this.#bytesOf(row).set(this.#bytesOf(last));
    this.#bytesOf(last).fill(0);
    this.#ids[row] = lastId;
    this.#rows.set(lastId, row);
    this.#rows.delete(id);
    this.#ids.pop();
    if (last % this.#rowsInPage === 0) this.#memory.giveBack(this.#pages.pop() as number);
  }

  /** Removes all but these. */
  keep(ids: ReadonlySet<string>): void {
    for (const id of this.#ids.filter((id) => !ids.has(id))) this.remove(id);
  }

  /** Removes all. */
  clear(): void {
    for (const page of this.#pages.splice(0)) this.#memory.giveBack(page);
    this.#ids.length = 0;
    this.#rows.clear();
  }

  /** Finds the nearest, in turns with other work; the set must not change meanwhile. @throws DimensionError */
  async nearest({ embedding, minimumCosine, limit }: VectorQuery): Promise<Match[]> {
    const nearest = new Nearest(limit, minimumCosine);
    if (this.size > 0) this.#checkDimension(embedding.length);
    const pagesInSlice = sliceBytes / pageBytes;
    for (let begin = 0; begin < this.#pages.length; begin += pagesInSlice) {
      if (begin > 0) await nextTurn();
      this.#memory.setQuery(embedding);
      for (let page = begin; page < Math.min(begin + pagesInSlice, this.#pages.length); page++) {
        this.#comparePage(page, nearest);
      }
    }
    return nearest.take();
  }

  #comparePage(page: number, nearest: Nearest): void {
    const firstRow = page * this.#rowsInPage;
    const count = Math.min(this.#rowsInPage, this.size - firstRow);
    const cosines = this.#memory.products(this.#pages[page] as number, count, this.#rowBytes);
    for (let index = 0; index < count; index++) {
      const cosine = cosines[index] as number;
      if (cosine >= nearest.least) nearest.offer(this.#ids[firstRow + index] as string, cosine);
    }
  }

  get #rowBytes(): number {
    return rowBytesOf(this.#dimension);
  }

  get #rowsInPage(): number {
    return Math.floor(pageBytes / this.#rowBytes);
  }

  #bytesOf(row: number): Uint8Array {
    const page = this.#pages[Math.floor(row / this.#rowsInPage)] as number;
    return this.#memory.bytes(page + (row % this.#rowsInPage) * this.#rowBytes, this.#rowBytes);
  }

  #checkDimension(dimension: number): void {
    if (dimension !== this.#dimension) {
      throw new DimensionError(`A vector of ${dimension} components among vectors of ${this.#dimension}`);
    }
  }
}
