import { collectionNotFound, throttled } from "../../../protocol/errors.ts";
import { CollectionGoneError, CollectionMovedError } from "../../storage/collectionLock.ts";
import type { Collection } from "../../storage/collectionStore.ts";
import type { Services } from "../services.ts";

/** The collection of that name. @throws AwsError ResourceNotFoundException when there is none. */
export async function requireCollection(
  collections: Services["collections"],
  collectionId: string,
): Promise<Collection> {
  const collection = await collections.find(collectionId);
  if (collection === undefined) throw collectionNotFound(collectionId);
  return collection;
}

/**
 * Awaits a change to a collection.
 *
 * @throws AwsError ResourceNotFoundException when it was deleted meanwhile; ThrottlingException, so that SDKs try
 * again, when it was moved to another model pack.
 */
export async function unlessGone<Outcome>(collectionId: string, change: Promise<Outcome>): Promise<Outcome> {
  try {
    return await change;
  } catch (error) {
    if (error instanceof CollectionGoneError) throw collectionNotFound(collectionId);
    if (error instanceof CollectionMovedError) throw throttled();
    throw error;
  }
}

/**
 * Looks once more at a collection whose embeddings were compared.
 *
 * @throws AwsError ThrottlingException, so that SDKs try again, when the collection was moved to another model pack
 * meanwhile: what was compared may be embeddings of two.
 */
export async function requireUnmoved(
  collections: Services["collections"],
  { name, modelPack }: Collection,
): Promise<void> {
  const now = await collections.find(name);
  if (now !== undefined && now.modelPack !== modelPack) throw throttled();
}

/**
 * Awaits a part of a search, which may fail because the collection was moved to another model pack meanwhile: of
 * embeddings of two packs not even the lengths need be the same.
 *
 * @throws AwsError ThrottlingException, so that SDKs try again, when it was.
 */
export async function unlessMoved<Outcome>(
  collections: Services["collections"],
  collection: Collection,
  part: Promise<Outcome>,
): Promise<Outcome> {
  try {
    return await part;
  } catch (error) {
    if (error instanceof CollectionMovedError) throw throttled();
    await requireUnmoved(collections, collection);
    throw error;
  }
}
