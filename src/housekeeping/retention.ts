import { CollectionGoneError } from "../storage/collectionLock.ts";
import type { Collection, CollectionStore } from "../storage/collectionStore.ts";
import type { RetentionStore } from "../storage/retentionStore.ts";
import { retentionOf } from "./retentionTag.ts";

/** What retention works with. */
export interface RetentionParts {
  readonly collections: Pick<CollectionStore, "list">;
  readonly retention: RetentionStore;
  /** Days for collections without a tag of their own. */
  readonly defaultDays: number | undefined;
  /** Hears of each collection that faces were deleted from. */
  readonly onDeleted: (collection: Collection, faces: number) => void;
}

/** Collections that are looked at, and faces that are deleted, at once. */
const batch = 1000;

/** Deletes the faces that were kept for as long as their collection says, and forgotten request tokens. */
export async function applyRetention({
  collections,
  retention,
  defaultDays,
  onDeleted,
}: RetentionParts): Promise<void> {
  await retention.deleteForgottenRequests();
  let page: readonly Collection[];
  let after = 0;
  do {
    page = await collections.list(batch, after);
    for (const collection of page) {
      after = collection.id;
      const days = retentionOf(collection.tags, defaultDays);
      if (days === undefined) continue;
      const deleted = await deleteOld(retention, collection, days);
      if (deleted > 0) onDeleted(collection, deleted);
    }
  } while (page.length === batch);
}

async function deleteOld(retention: RetentionStore, { id }: Collection, days: number): Promise<number> {
  let deleted = 0;
  let removed: number;
  do {
    removed = await retention.deleteOlderThan(id, days, batch).catch((error: unknown) => {
      // Deleted meanwhile, with all its faces.
      if (error instanceof CollectionGoneError) return 0;
      throw error;
    });
    deleted += removed;
  } while (removed === batch);
  return deleted;
}
