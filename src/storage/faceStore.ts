import { and, asc, eq, gt, inArray, isNull } from "drizzle-orm";
import type { Box } from "../recognition/geometry.ts";
import { intersectionOverUnion } from "../recognition/geometry.ts";
import { lockCollection, requireModelPack } from "./collectionLock.ts";
import type { Collection } from "./collectionStore.ts";
import { moveVersion } from "./collectionVersion.ts";
import { removeFaces } from "./faceRemoval.ts";
import { collections, faces } from "./schema.ts";
import type { Sql } from "./sql.ts";

/** A face of a collection, without its embedding. */
export interface StoredFace {
  readonly faceId: string;
  readonly imageId: string;
  readonly externalImageId: string | null;
  /** In ratios of the image's width and height. */
  readonly box: Box;
  /** 0..100. */
  readonly confidence: number;
  /** The user whose face it is, if it was associated with one. */
  readonly userId: string | null;
}

/** A face to be stored. */
export interface NewFace {
  /** The FaceId that it gets, unless the collection has this very face already. */
  readonly faceId: string;
  readonly box: Box;
  readonly confidence: number;
  /** Of length 1, by the collection's model pack. */
  readonly embedding: Float32Array;
}

/** What the faces of one IndexFaces request share. */
export interface ImageOfFaces {
  readonly imageId: string;
  readonly externalImageId: string | null;
}

/** Which faces to list. */
export interface FacePage {
  readonly limit: number;
  /** List those whose FaceId comes after this one. */
  readonly after: string | undefined;
  /** List only these. */
  readonly faceIds: readonly string[] | undefined;
  /** List only the faces of this user. */
  readonly userId?: string | undefined;
}

/** What became of faces that were to be deleted; those that are in neither were not there. */
export interface FaceDeletion {
  readonly deleted: ReadonlySet<string>;
  /** Users of the faces that were kept because they belong to one, by FaceId. */
  readonly usersOfKept: ReadonlyMap<string, string>;
}

/** Boxes of one image that overlap more than this are of one face. */
const sameFaceOverlap = 0.7;

/** The columns that make a `StoredFace`, by `toStoredFace`. */
export const storedFace = {
  faceId: faces.faceId,
  imageId: faces.imageId,
  externalImageId: faces.externalImageId,
  left: faces.left,
  top: faces.top,
  width: faces.width,
  height: faces.height,
  confidence: faces.confidence,
  userId: faces.userId,
} as const;

/** Keeps the faces of collections. */
export class FaceStore {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /**
   * Stores the faces of an image, all or none. A face that the collection has from the same image under the
   * same ExternalImageId is not stored again.
   *
   * @returns the FaceId of each face, in their order: the one it was given, or the one it already has.
   * @throws CollectionGoneError, CollectionMovedError
   */
  async add(
    { id: collectionId, modelPack }: Pick<Collection, "id" | "modelPack">,
    image: ImageOfFaces,
    newFaces: readonly NewFace[],
  ): Promise<string[]> {
    return this.#sql.transaction(async (transaction) => {
      await lockCollection(transaction, collectionId, modelPack);
      const known = (
        await transaction
          .select(storedFace)
          .from(faces)
          .where(
            and(
              eq(faces.collectionId, collectionId),
              eq(faces.imageId, image.imageId),
              image.externalImageId === null
                ? isNull(faces.externalImageId)
                : eq(faces.externalImageId, image.externalImageId),
            ),
          )
      ).map(toStoredFace);
      const twins = newFaces.map((face) =>
        known.find(({ box }) => intersectionOverUnion(box, face.box) > sameFaceOverlap),
      );
      const missing = newFaces.filter((_, index) => twins[index] === undefined);
      if (missing.length > 0) {
        const version = await moveVersion(transaction, collectionId, { faces: missing.length });
        await transaction.insert(faces).values(
          missing.map(({ faceId, box, confidence, embedding }) => ({
            collectionId,
            faceId,
            ...image,
            ...box,
            confidence,
            embedding,
            version,
          })),
        );
      }
      return newFaces.map((face, index) => twins[index]?.faceId ?? face.faceId);
    });
  }

  /** Faces in the order of their FaceIds. */
  async list(collectionId: number, { limit, after, faceIds, userId }: FacePage): Promise<StoredFace[]> {
    const rows = await this.#sql
      .select(storedFace)
      .from(faces)
      .where(
        and(
          eq(faces.collectionId, collectionId),
          after === undefined ? undefined : gt(faces.faceId, after),
          faceIds === undefined ? undefined : inArray(faces.faceId, [...faceIds]),
          userId === undefined ? undefined : eq(faces.userId, userId),
        ),
      )
      .orderBy(asc(faces.faceId))
      .limit(limit);
    return rows.map(toStoredFace);
  }

  /**
   * The faces with these FaceIds, by FaceId; ids that the collection does not have are left out. One statement tells
   * both the faces and whose embeddings the collection has: each costs a search a tenth of its time.
   *
   * @throws CollectionMovedError when they are another pack's by now: what was compared may be embeddings of two.
   */
  async find(
    { id: collectionId, modelPack }: Pick<Collection, "id" | "modelPack">,
    faceIds: readonly string[],
  ): Promise<Map<string, StoredFace>> {
    const rows = await this.#sql
      .select({ modelPack: collections.modelPack, face: storedFace })
      .from(collections)
      .leftJoin(faces, and(eq(faces.collectionId, collectionId), inArray(faces.faceId, [...faceIds])))
      .where(eq(collections.id, collectionId));
    const [first] = rows;
    if (first !== undefined) requireModelPack(collectionId, first.modelPack, modelPack);
    return new Map(rows.flatMap(({ face }) => (face === null ? [] : [[face.faceId, toStoredFace(face)]])));
  }

  /** The embedding of a face, if the collection has it. */
  async embeddingOf(collectionId: number, faceId: string): Promise<Float32Array | undefined> {
    const [found] = await this.#sql
      .select({ embedding: faces.embedding })
      .from(faces)
      .where(and(eq(faces.collectionId, collectionId), eq(faces.faceId, faceId)));
    return found?.embedding;
  }

  /** Deletes faces, but for those that belong to users. @throws CollectionGoneError */
  async delete(collectionId: number, faceIds: readonly string[]): Promise<FaceDeletion> {
    return this.#sql.transaction(async (transaction) => {
      await lockCollection(transaction, collectionId);
      const named = inArray(faces.faceId, [...faceIds]);
      const deleted = await removeFaces(transaction, collectionId, and(named, isNull(faces.userId)));
      const kept = await transaction
        .select(storedFace)
        .from(faces)
        .where(and(eq(faces.collectionId, collectionId), named));
      return {
        deleted: new Set(deleted),
        usersOfKept: new Map(kept.map(({ faceId, userId }) => [faceId, userId as string])),
      };
    });
  }
}

type FaceRow = Omit<StoredFace, "box"> & Box;

/** A face from its row. */
export function toStoredFace({ left, top, width, height, ...face }: FaceRow): StoredFace {
  return { ...face, box: { left, top, width, height } };
}
