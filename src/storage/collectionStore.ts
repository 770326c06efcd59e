import { asc, count, desc, eq, gt, inArray, placeholder, sum } from "drizzle-orm";
import { collections } from "./schema.ts";
import type { Sql } from "./sql.ts";

/** Tags of a collection: values by key. */
export type Tags = Readonly<Record<string, string>>;

/** A collection of faces. */
export interface Collection {
  /** The database's own key. */
  readonly id: number;
  /** Rekognition's CollectionId. */
  readonly name: string;
  readonly modelPack: string;
  readonly faceModelVersion: string;
  readonly createdAt: Date;
  readonly tags: Tags;
  readonly faceCount: number;
  readonly userCount: number;
  /** Grows with every change to the vectors of its faces or users. */
  readonly version: number;
  /** The last version that removed a face or a user. */
  readonly removalVersion: number;
}

/** What a collection is made with. */
export type NewCollection = Pick<
  Collection,
  "name" | "modelPack" | "faceModelVersion" | "createdAt" | "tags"
>;

/** How much the database holds, over all collections. */
export interface Totals {
  readonly collections: number;
  readonly faces: number;
  readonly users: number;
}

/**
 * Finds a collection by its name. Every request does, so that the statement is put together once; it has no name, for
 * a connection would keep one that has, which poolers such as PgBouncer may not let it.
 */
function findByName(sql: Sql) {
  return sql
    .select()
    .from(collections)
    .where(eq(collections.name, placeholder("name")))
    .prepare("");
}

/** Keeps collections. */
export class CollectionStore {
  readonly #sql: Sql;
  readonly #findByName: ReturnType<typeof findByName>;

  constructor(sql: Sql) {
    this.#sql = sql;
    this.#findByName = findByName(sql);
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
    const [found] = await this.#findByName.execute({ name });
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

  /** The model pack, among some, of the newest collection that has one of them. */
  async newestModelPack(among: readonly string[]): Promise<string | undefined> {
    const [newest] = await this.#sql
      .select({ modelPack: collections.modelPack })
      .from(collections)
      .where(inArray(collections.modelPack, [...among]))
      .orderBy(desc(collections.id))
      .limit(1);
    return newest?.modelPack;
  }

  /** Adds up what the collections count of themselves. */
  async totals(): Promise<Totals> {
    const [totals] = await this.#sql
      .select({
        collections: count(),
        faces: sum(collections.faceCount).mapWith(Number),
        users: sum(collections.userCount).mapWith(Number),
      })
      .from(collections);
    return { collections: totals?.collections ?? 0, faces: totals?.faces ?? 0, users: totals?.users ?? 0 };
  }

  /**
   * Gives a collection the tags that `change` makes of those it has; false when there is none of that name.
   * What `change` throws leaves the tags as they are.
   */
  changeTags(name: string, change: (tags: Tags) => Tags): Promise<boolean> {
    return this.#sql.transaction(async (transaction) => {
      const [found] = await transaction
        .select({ tags: collections.tags })
        .from(collections)
        .where(eq(collections.name, name))
        .for("update");
      if (found === undefined) return false;
      await transaction
        .update(collections)
        .set({ tags: change(found.tags) })
        .where(eq(collections.name, name));
      return true;
    });
  }

  /**
   * Deletes a collection with all its faces and users.
   *
   * @returns how many faces; undefined when there is no collection of that name.
   */
  async delete(name: string): Promise<number | undefined> {
    const [deleted] = await this.#sql
      .delete(collections)
      .where(eq(collections.name, name))
      .returning({ faceCount: collections.faceCount });
    return deleted?.faceCount;
  }
}
