import { eq } from "drizzle-orm";
import type { Sql } from "./database.ts";
import { collections } from "./schema.ts";

/** Thrown when a collection was deleted while a request worked on it. */
export class CollectionGoneError extends Error {
  override readonly name = "CollectionGoneError";
}

/**
 * Locks a collection until the transaction ends: changes to one collection take turns, on whichever server.
 * Every change begins with it, before it touches a face or a user, so that no two wait for each other.
 *
 * @throws CollectionGoneError
 */
export async function lockCollection(transaction: Sql, collectionId: number): Promise<void> {
  const [collection] = await transaction
    .select({ id: collections.id })
    .from(collections)
    .where(eq(collections.id, collectionId))
    .for("update");
  if (collection === undefined) throw new CollectionGoneError(`Collection ${collectionId} is gone`);
}
