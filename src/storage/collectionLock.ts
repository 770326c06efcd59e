import { eq } from "drizzle-orm";
import { collections } from "./schema.ts";
import type { Sql } from "./sql.ts";

/** Thrown when a collection was deleted while a request worked on it. */
export class CollectionGoneError extends Error {
  override readonly name = "CollectionGoneError";
}

/** Thrown when a collection was moved to another model pack while a request worked with embeddings of the old one. */
export class CollectionMovedError extends Error {
  override readonly name = "CollectionMovedError";
}

/**
 * Locks a collection until the transaction ends: changes to one collection take turns, on whichever server.
 * Every change begins with it, before it touches a face or a user, so that no two wait for each other.
 *
 * @param modelPack of the embeddings, or the bound on their cosines, that a change brings; not given where it
 * brings none.
 * @throws CollectionGoneError, CollectionMovedError when the collection's embeddings are another pack's by now.
 */
export async function lockCollection(
  transaction: Sql,
  collectionId: number,
  modelPack?: string,
): Promise<void> {
  const [collection] = await transaction
    .select({ modelPack: collections.modelPack })
    .from(collections)
    .where(eq(collections.id, collectionId))
    .for("update");
  if (collection === undefined) throw new CollectionGoneError(`Collection ${collectionId} is gone`);
  if (modelPack !== undefined) requireModelPack(collectionId, collection.modelPack, modelPack);
}

/** @throws CollectionMovedError when the model pack of a collection is not the one that a request has worked with. */
export function requireModelPack(collectionId: number, modelPack: string, expected: string): void {
  if (modelPack === expected) return;
  throw new CollectionMovedError(`Collection ${collectionId} has embeddings of ${modelPack} now`);
}
