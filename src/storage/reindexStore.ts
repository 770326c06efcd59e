import { and, asc, eq, exists, inArray, not, type SQL, sql } from "drizzle-orm";
import { lockCollection } from "./collectionLock.ts";
import type { Collection } from "./collectionStore.ts";
import { moveVersion } from "./collectionVersion.ts";
import { type StoredFace, storedFace, toStoredFace } from "./faceStore.ts";
import { collections, faces, stagedEmbeddings, users } from "./schema.ts";
import type { Sql } from "./sql.ts";
import { meanOfFaces } from "./userVector.ts";

/** A model pack that a collection is moved to. */
export interface TargetPack {
  readonly name: string;
  readonly faceModelVersion: string;
}

/** An image that a collection has faces of. */
export interface IndexedImage {
  readonly imageId: string;
  readonly externalImageId: string | null;
  /** How many of its faces have no embedding by the target pack yet. */
  readonly unstagedFaces: number;
}

/** A face's embedding by the target pack. */
export interface StagedEmbedding {
  readonly faceId: string;
  /** Of length 1. */
  readonly embedding: Float32Array;
}

/** What a switch did. */
export interface Switch {
  readonly switchedFaces: number;
  readonly droppedFaces: number;
}

/** Thrown when a collection cannot be switched, because faces have no embedding by the target pack. */
export class UnstagedFacesError extends Error {
  override readonly name = "UnstagedFacesError";
  readonly count: number;

  constructor(count: number) {
    super(`${count} face(s) have no embedding by the other model pack`);
    this.count = count;
  }
}

/**
 * Moves a collection to another model pack: the new embeddings are kept beside the faces, image by image, until
 * every face has one; then all change in one transaction. Searches know nothing of it before.
 */
export class ReindexStore {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** The images of a collection, in the order of their ids. */
  images(collectionId: number, target: TargetPack): Promise<IndexedImage[]> {
    return this.#sql
      .select({
        imageId: faces.imageId,
        externalImageId: faces.externalImageId,
        unstagedFaces: sql<number>`(count(*) - count(${stagedEmbeddings.faceId}))::int`,
      })
      .from(faces)
      .leftJoin(stagedEmbeddings, stagedFor(target))
      .where(eq(faces.collectionId, collectionId))
      .groupBy(faces.imageId, faces.externalImageId)
      .orderBy(asc(faces.imageId), asc(faces.externalImageId));
  }

  /** The faces of an image that are still to be embedded, under whichever ExternalImageIds. */
  async unstagedFaces(collectionId: number, target: TargetPack, imageId: string): Promise<StoredFace[]> {
    const rows = await this.#sql
      .select(storedFace)
      .from(faces)
      .where(and(this.#unstaged(collectionId, target), eq(faces.imageId, imageId)))
      .orderBy(asc(faces.faceId));
    return rows.map(toStoredFace);
  }

  /** Keeps embeddings for the switch. @throws CollectionGoneError, CollectionMovedError */
  async stage(
    { id: collectionId, modelPack }: Collection,
    target: TargetPack,
    embeddings: readonly StagedEmbedding[],
  ): Promise<void> {
    if (embeddings.length === 0) return;
    await this.#sql.transaction(async (transaction) => {
      await lockCollection(transaction, collectionId, modelPack);
      // Of a face that was deleted while its image was analysed nothing may be kept.
      const left = await transaction
        .select({ faceId: faces.faceId })
        .from(faces)
        .where(
          and(
            eq(faces.collectionId, collectionId),
            inArray(
              faces.faceId,
              embeddings.map(({ faceId }) => faceId),
            ),
          ),
        );
      const leftIds = new Set(left.map(({ faceId }) => faceId));
      const kept = embeddings.filter(({ faceId }) => leftIds.has(faceId));
      if (kept.length === 0) return;
      await transaction
        .insert(stagedEmbeddings)
        .values(kept.map((embedding) => ({ collectionId, modelPack: target.name, ...embedding })))
        .onConflictDoNothing();
    });
  }

  /**
   * Gives all faces their new embeddings, all users the vectors of those, and the collection its new pack.
   *
   * @param dropUnstaged deletes the faces that have no new embedding, those of users included.
   * @throws UnstagedFacesError unless there are none or they are dropped; CollectionGoneError,
   * CollectionMovedError.
   */
  switch(
    { id: collectionId, modelPack }: Collection,
    target: TargetPack,
    dropUnstaged: boolean,
  ): Promise<Switch> {
    return this.#sql.transaction(async (transaction) => {
      await lockCollection(transaction, collectionId, modelPack);
      const version = await moveVersion(transaction, collectionId, { removes: true });
      const unstaged = this.#unstaged(collectionId, target);
      const unstagedCount = await transaction.$count(faces, unstaged);
      if (unstagedCount > 0) {
        if (!dropUnstaged) throw new UnstagedFacesError(unstagedCount);
        await transaction.delete(faces).where(unstaged);
      }
      await transaction
        .update(faces)
        .set({ embedding: sql`${stagedEmbeddings.embedding}`, version })
        .from(stagedEmbeddings)
        .where(and(eq(faces.collectionId, collectionId), stagedFor(target)));
      await transaction
        .update(users)
        .set({ embedding: meanOfFaces, version })
        .where(eq(users.collectionId, collectionId));
      await transaction.delete(stagedEmbeddings).where(eq(stagedEmbeddings.collectionId, collectionId));
      const switchedFaces = await transaction.$count(faces, eq(faces.collectionId, collectionId));
      await transaction
        .update(collections)
        .set({
          modelPack: target.name,
          faceModelVersion: target.faceModelVersion,
          faceCount: switchedFaces,
        })
        .where(eq(collections.id, collectionId));
      return { switchedFaces, droppedFaces: unstagedCount };
    });
  }

  #unstaged(collectionId: number, target: TargetPack): SQL | undefined {
    const staged = this.#sql.select({ one: sql`1` }).from(stagedEmbeddings).where(stagedFor(target));
    return and(eq(faces.collectionId, collectionId), not(exists(staged)));
  }
}

/** Joins a face with its embedding by the target pack. */
function stagedFor({ name }: TargetPack): SQL | undefined {
  return and(
    eq(stagedEmbeddings.collectionId, faces.collectionId),
    eq(stagedEmbeddings.faceId, faces.faceId),
    eq(stagedEmbeddings.modelPack, name),
  );
}
