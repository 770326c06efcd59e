import type { Collection } from "../collectionStore.ts";
import { PgvectorIndex } from "../pgvectorIndex.ts";
import type { Sql } from "../sql.ts";
import type { UserVectorMatch, VectorIndex, VectorMatch, VectorQuery } from "../vectorIndex.ts";
import { batch, CollectionCopy, type CopySource } from "./collectionCopy.ts";
import type { Match } from "./nearest.ts";
import { VectorPages } from "./vectorPages.ts";
import { type Kind, VectorReader } from "./vectorReader.ts";
import { setBytes } from "./vectorSet.ts";

/** How an index keeps its copies. */
export interface MemoryIndexOptions {
  /** Most bytes that copies take, together. */
  readonly memoryLimit: number;
  /** Hears why a copy could not be read or looked after, where no search does. */
  readonly onError: (error: unknown) => void;
}

/** What an index holds, and how it has answered since it was made. */
export interface IndexLoad {
  readonly bytes: number;
  /** Most bytes. */
  readonly limit: number;
  /** Collections of which it has a copy. */
  readonly copies: Readonly<Record<Kind, number>>;
  /** Searches by what answered them. */
  readonly searches: Readonly<Record<"memory" | "database", number>>;
}

/** A copy, and how many read or search it at the moment. */
interface Kept {
  readonly copy: CollectionCopy;
  uses: number;
}

/** Thrown when copies that are in use leave no room for another. */
class MemoryFullError extends Error {
  override readonly name = "MemoryFullError";
}

/** Vectors that are copied before the first answer, in some 50 ms; of more, the database answers meanwhile. */
const readAtOnce = 5000;

/** Milliseconds between looks at which copies hold what the database does not any more. */
const sweepInterval = 60_000;

/**
 * Exact search in copies of the collections that are searched, in this process's memory.
 *
 * A search brings with it the collection as the database had it after the request arrived, with the version of
 * its vectors. A copy of an older version reads first what has changed, so that it answers as the database would,
 * however many servers write. Copies that were not searched for the longest time make room for others; a
 * collection that finds no room is searched in the database.
 *
 * What is deleted leaves a copy with the next search, and at the latest with a look at the database every minute:
 * its memory is overwritten.
 */
export class MemoryIndex implements VectorIndex {
  readonly #memoryLimit: number;
  readonly #onError: (error: unknown) => void;
  readonly #database: VectorIndex;
  readonly #reader: VectorReader;
  readonly #source: CopySource;
  /** By kind and collection, the one searched last at the end. */
  readonly #kept = new Map<string, Kept>();
  readonly #sweeping: NodeJS.Timeout;
  readonly #searches = { memory: 0, database: 0 };

  constructor(sql: Sql, { memoryLimit, onError }: MemoryIndexOptions) {
    this.#memoryLimit = memoryLimit;
    this.#onError = onError;
    this.#database = new PgvectorIndex(sql);
    this.#reader = new VectorReader(sql);
    this.#source = {
      reader: this.#reader,
      memory: new VectorPages(),
      makeRoom: (count, dimension) => this.#makeRoom(setBytes(count, dimension)),
    };
    this.#sweeping = setInterval(() => void this.sweep().catch(onError), sweepInterval).unref();
  }

  async search(collection: Collection, query: VectorQuery): Promise<VectorMatch[]> {
    const nearest = await this.#nearest("faces", collection, collection.faceCount, query);
    this.#count(nearest);
    return (
      nearest?.map(({ id, cosine }) => ({ faceId: id, cosine })) ?? this.#database.search(collection, query)
    );
  }

  async searchUsers(collection: Collection, query: VectorQuery): Promise<UserVectorMatch[]> {
    const nearest = await this.#nearest("users", collection, collection.userCount, query);
    this.#count(nearest);
    return (
      nearest?.map(({ id, cosine }) => ({ userId: id, cosine })) ??
      this.#database.searchUsers(collection, query)
    );
  }

  load(): IndexLoad {
    const copies = { faces: 0, users: 0 };
    for (const { copy } of this.#kept.values()) copies[copy.kind] += 1;
    return { bytes: this.#bytes, limit: this.#memoryLimit, copies, searches: { ...this.#searches } };
  }

  /** Forgets copies of collections that are gone, and those with vectors that were removed. */
  async sweep(): Promise<void> {
    if (this.#kept.size === 0) return;
    const kept = [...this.#kept];
    const removals = await this.#reader.removalVersions(kept.map(([, { copy }]) => copy.collectionId));
    for (const [key, { copy }] of kept) {
      const removal = removals.get(copy.collectionId);
      // A copy that is being read first learns of removals with the next look.
      const isBehind = copy.version >= 0 && copy.version < (removal ?? Number.POSITIVE_INFINITY);
      if (isBehind && this.#kept.get(key)?.copy === copy) this.#forget(key);
    }
  }

  /** Stops looking at the database. */
  close(): void {
    clearInterval(this.#sweeping);
  }

  get #bytes(): number {
    return [...this.#kept.values()].reduce((sum, { copy }) => sum + copy.bytes, 0);
  }

  /** Undefined when the database has to be asked. */
  async #nearest(
    kind: Kind,
    collection: Collection,
    count: number,
    query: VectorQuery,
  ): Promise<Match[] | undefined> {
    const key = `${kind} ${collection.id}`;
    if (setBytes(count + batch, query.embedding.length) > this.#memoryLimit) {
      this.#forget(key);
      return undefined;
    }
    const { copy } = this.#keep(key, kind, collection);
    if (copy.version < 0 && count > readAtOnce) {
      this.#use(key, () => copy.catchUp(collection)).catch(this.#onError);
      return undefined;
    }
    return this.#use(key, async () => {
      await copy.catchUp(collection);
      return copy.nearest(query);
    });
  }

  #count(nearest: Match[] | undefined): void {
    this.#searches[nearest === undefined ? "database" : "memory"] += 1;
  }

  /** The copy of that key, a new one where there is none; one of embeddings of an older pack is forgotten. */
  #keep(key: string, kind: Kind, collection: Collection): Kept {
    const known = this.#kept.get(key);
    const isOutdated =
      known !== undefined &&
      known.copy.modelPack !== collection.modelPack &&
      known.copy.version < collection.version;
    if (isOutdated) this.#forget(key);
    const kept = this.#kept.get(key) ?? { copy: new CollectionCopy(kind, collection, this.#source), uses: 0 };
    // Set anew, to be the last to make room.
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    return kept;
  }

  /** Does work with a copy that is kept while it lasts; undefined when there is no room for it. */
  async #use<Result>(key: string, work: () => Promise<Result>): Promise<Result | undefined> {
    const kept = this.#kept.get(key) as Kept;
    kept.uses += 1;
    try {
      return await work();
    } catch (error) {
      // Half of a reading is no copy; and a query of another pack finds none.
      if (this.#kept.get(key) === kept) this.#forget(key);
      if (error instanceof MemoryFullError) return undefined;
      throw error;
    } finally {
      kept.uses -= 1;
      if (kept.uses === 0 && this.#kept.get(key) !== kept) kept.copy.clear();
    }
  }

  #forget(key: string): void {
    const kept = this.#kept.get(key);
    this.#kept.delete(key);
    if (kept?.uses === 0) kept.copy.clear();
  }

  #makeRoom(bytes: number): void {
    for (const [key, { uses }] of this.#kept) {
      if (this.#bytes + bytes <= this.#memoryLimit) return;
      if (uses === 0) this.#forget(key);
    }
    if (this.#bytes + bytes > this.#memoryLimit) throw new MemoryFullError("Copies in use leave no room");
  }
}
