import { collectionNotFound, throttled } from "../../../protocol/errors.ts";
import type { Services } from "../../services.ts";
import { CollectionGoneError, CollectionMovedError } from "../../storage/collectionLock.ts";
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
 * Awaits what a collection's embeddings are compared for.
 *
 * @throws AwsError ThrottlingException, so that SDKs try again, when the collection was moved to another model pack
 * meanwhile: what was compared may be embeddings of two.
 */
export async function unlessMoved<Outcome>(
  collections: Services["collections"],
  { name, modelPack }: Collection,
  comparison: Promise<Outcome>,
): Promise<Outcome> {
  // Settled first: comparing embeddings of two packs may fail, too.
  const [outcome] = await Promise.allSettled([comparison]);
  const now = await collections.find(name);
  if (now !== undefined && now.modelPack !== modelPack) throw throttled();
  if (outcome.status === "rejected") throw outcome.reason;
  return outcome.value;
}
