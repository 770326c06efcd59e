import type { FaceMatch, UserMatch } from "@aws-sdk/client-rekognition";
import { cosineAt, similarityOf } from "../../recognition/similarity.ts";
import type { Collection } from "../../storage/collectionStore.ts";
import { countFaces } from "../../telemetry/stopwatch.ts";
import type { Services } from "../services.ts";
import { requireUnmoved, unlessMoved } from "./collections.ts";
import { toFace } from "./wire.ts";

/** FaceMatchThreshold and SimilarityThreshold where a request gives none. */
export const defaultSimilarityThreshold = 80;

/**
 * Most faces that a search returns: Rekognition's limit, and what a request without MaxFaces gets, since no
 * smaller default is documented.
 */
export const maximumMatches = 4096;

/** Most users that a search or a page returns: Rekognition's limit, and the default where a request gives none. */
export const maximumUsers = 500;

/** What to look for in a collection. */
export interface SimilaritySearch {
  readonly embedding: Float32Array;
  /** Least similarity, 0..100. */
  readonly threshold: number;
  readonly limit: number;
  /** A face, or a user, to leave out: the one that is searched with. */
  readonly except?: string | undefined;
}

/** The faces of a collection that are similar enough, most similar first. */
export async function findMatches(
  { collections, vectors, faces, packs }: Pick<Services, "collections" | "vectors" | "faces" | "packs">,
  collection: Collection,
  { embedding, threshold, limit, except }: SimilaritySearch,
): Promise<FaceMatch[]> {
  const { similarity: curve } = packs.of(collection).pack;
  const nearest = await unlessMoved(
    collections,
    collection,
    vectors.search(collection, {
      embedding,
      minimumCosine: cosineAt(curve, threshold),
      limit: except === undefined ? limit : limit + 1,
    }),
  );
  const wanted = nearest.filter(({ faceId }) => faceId !== except).slice(0, limit);
  const matched = wanted.map(({ faceId }) => faceId);
  const found = await unlessMoved(collections, collection, faces.find(collection, matched));
  countFaces("matched", found.size);
  return wanted.flatMap(({ faceId, cosine }) => {
    const face = found.get(faceId);
    // Deleted between the two reads: no longer a match.
    if (face === undefined) return [];
    return [{ Similarity: similarityOf(curve, cosine), Face: toFace(face, collection) }];
  });
}

/** The users of a collection who are similar enough, most similar first. */
export async function findUserMatches(
  { collections, vectors, packs }: Pick<Services, "collections" | "vectors" | "packs">,
  collection: Collection,
  { embedding, threshold, limit, except }: SimilaritySearch,
): Promise<UserMatch[]> {
  const { similarity: curve } = packs.of(collection).pack;
  const nearest = await unlessMoved(
    collections,
    collection,
    vectors.searchUsers(collection, {
      embedding,
      minimumCosine: cosineAt(curve, threshold),
      limit: except === undefined ? limit : limit + 1,
    }),
  );
  await requireUnmoved(collections, collection);
  const wanted = nearest.filter(({ userId }) => userId !== except).slice(0, limit);
  countFaces("matched", wanted.length);
  return wanted.map(({ userId, cosine }) => ({
    Similarity: similarityOf(curve, cosine),
    // Only users with faces have a vector to be found by.
    User: { UserId: userId, UserStatus: "ACTIVE" },
  }));
}
