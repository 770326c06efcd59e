import { randomUUID } from "node:crypto";
import type { Collection, CollectionStore } from "../../src/storage/collectionStore.ts";

/** A new collection in a store; under a name that no other test uses, unless one is given. */
export async function makeCollection(
  collections: CollectionStore,
  name = `test-${randomUUID()}`,
): Promise<Collection> {
  const isNew = await collections.create({
    name,
    modelPack: "test",
    faceModelVersion: "1.0",
    createdAt: new Date(1_500_000_000_123),
    tags: { purpose: "test" },
  });
  const collection = await collections.find(name);
  if (!isNew || collection === undefined) throw new Error(`The name ${name} is taken`);
  return collection;
}
