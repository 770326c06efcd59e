import type { Collection } from "../collectionStore.ts";
import type { VectorQuery } from "../vectorIndex.ts";
import type { Match } from "./nearest.ts";
import type { VectorPages } from "./vectorPages.ts";
import type { ChangedVector, Kind, Place, VectorReader } from "./vectorReader.ts";
import { VectorSet } from "./vectorSet.ts";

/** Most vectors that are read, and room made for, at once. */
export const batch = 1000;

/** What a copy needs to be brought up to date. */
export interface CopySource {
  readonly reader: VectorReader;
  readonly memory: VectorPages;
  /** Called before vectors are added. @throws when there is no room for them. */
  readonly makeRoom: (count: number, dimension: number) => void;
}

/**
 * A copy of the vectors of a collection's faces, or of its users.
 *
 * It is brought up to date by what later versions changed. While it reads it may see changes of versions that
 * come later still; that does no harm, since it meets them again.
 */
export class CollectionCopy {
  readonly kind: Kind;
  readonly collectionId: number;
  readonly modelPack: string;
  readonly #source: CopySource;
  readonly #vectors: VectorSet;
  #version = -1;
  #refresh: Promise<void> | undefined;
  #lastTurn: Promise<unknown> = Promise.resolve();

  constructor(kind: Kind, { id, modelPack }: Collection, source: CopySource) {
    this.kind = kind;
    this.collectionId = id;
    this.modelPack = modelPack;
    this.#source = source;
    this.#vectors = new VectorSet(source.memory);
  }

  /** The collection's version whose vectors the copy has, all of them; -1 before it was read first. */
  get version(): number {
    return this.#version;
  }

  get bytes(): number {
    return this.#vectors.bytes;
  }

  /**
   * Sees to it that the copy has what the collection had when this was read from the database. Only one reads at
   * a time; others who ask wait for it.
   */
  async catchUp(collection: Collection): Promise<void> {
    while (this.#version < collection.version) {
      this.#refresh ??= this.#read(collection).finally(() => {
        this.#refresh = undefined;
      });
      await this.#refresh;
    }
  }

  /** @throws DimensionError */
  nearest(query: VectorQuery): Promise<Match[]> {
    return this.#inTurn(() => this.#vectors.nearest(query));
  }

  /** Forgets the vectors; nobody may use the copy any more. */
  clear(): void {
    this.#vectors.clear();
  }

  async #read({ version, removalVersion }: Collection): Promise<void> {
    const { reader } = this.#source;
    // Removals before the first reading have left nothing to be read.
    const hasRemovals = this.#version >= 0 && this.#version < removalVersion;
    let place: Place | undefined = { version: this.#version };
    while (place !== undefined) {
      const changed: ChangedVector[] = await reader.changes(this.kind, this.collectionId, place, batch);
      await this.#inTurn(() => this.#apply(changed));
      place = changed[batch - 1];
    }
    if (hasRemovals) {
      const ids = await reader.ids(this.kind, this.collectionId);
      await this.#inTurn(() => this.#vectors.keep(ids));
    }
    this.#version = version;
  }

  #apply(changed: readonly ChangedVector[]): void {
    const first = changed.find(({ halves }) => halves !== null)?.halves;
    if (first) this.#source.makeRoom(changed.length, first.length / 2);
    for (const { id, halves } of changed) {
      if (halves === null) this.#vectors.remove(id);
      else this.#vectors.put(id, halves);
    }
  }

  /** Does work on the vectors when all work before has ended: a search takes several turns of the event loop. */
  #inTurn<Result>(work: () => Result | Promise<Result>): Promise<Result> {
    const result = this.#lastTurn.then(work);
    this.#lastTurn = result.catch(() => undefined);
    return result;
  }
}
