import { collectionNotFound } from "../../../protocol/errors.ts";
import type { Services } from "../../services.ts";
import { CollectionGoneError } from "../../storage/collectionLock.ts";
import type { Collection } from "../../storage/collectionStore.ts";

/** The collection of that name. @throws AwsError ResourceNotFoundException when there is none. */
export async function requireCollection(
  collections: Services["collections"],
  collectionId: string,
): Promise<Collection> {
  const collection = await collections.find(collectionId);
  if (collection === undefined) throw collectionNotFound(collectionId);
  return collection;
}

/** Awaits a change to a collection. @throws AwsError ResourceNotFoundException when it was deleted meanwhile. */
export async function unlessGone<Outcome>(collectionId: string, change: Promise<Outcome>): Promise<Outcome> {
  try {
    return await change;
  } catch (error) {
    throw error instanceof CollectionGoneError ? collectionNotFound(collectionId) : error;
  }
}
