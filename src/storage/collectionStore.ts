import { asc, eq, gt } from "drizzle-orm";
import type { Sql } from "./database.ts";
import { collections } from "./schema.ts";

/** A collection of faces. */
export interface Collection {
  /** The database's own key. */
  readonly id: number;
  /** Rekognition's CollectionId. */
  readonly name: string;
  readonly modelPack: string;
  readonly faceModelVersion: string;
  readonly createdAt: Date;
  readonly tags: Readonly<Record<string, string>>;
  readonly faceCount: number;
  /** Grows with every change to its faces. */
  readonly version: number;
}

/** What a collection is made with. */
export type NewCollection = Pick<
  Collection,
  "name" | "modelPack" | "faceModelVersion" | "createdAt" | "tags"
>;

/** Keeps collections. */
export class CollectionStore {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** Creates a collection; false when the name is taken. */
  async create(collection: NewCollection): Promise<boolean> {
    const created = await this.#sql
      .insert(collections)
      .values(collection)
      .onConflictDoNothing({ target: collections.name })
      .returning({ id: collections.id });
    return created.length === 1;
  }

  /** The collection of that name, if there is one. */
  async find(name: string): Promise<Collection | undefined> {
    const [found] = await this.#sql.select().from(collections).where(eq(collections.name, name));
    return found;
  }

  /** Collections in the order in which they were made, those after the one with the key `after`. */
  list(limit: number, after: number): Promise<Collection[]> {
    return this.#sql
      .select()
      .from(collections)
      .where(gt(collections.id, after))
      .orderBy(asc(collections.id))
      .limit(limit);
  }

  /** Deletes a collection with all its faces; false when there is none of that name. */
  async delete(name: string): Promise<boolean> {
    const deleted = await this.#sql
      .delete(collections)
      .where(eq(collections.name, name))
      .returning({ id: collections.id });
    return deleted.length === 1;
  }
}
