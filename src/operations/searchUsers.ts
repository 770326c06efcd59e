import type { SearchUsersRequest, SearchUsersResponse } from "@aws-sdk/client-rekognition";
import { faceNotFound, invalidParameters, userNotFound } from "../../protocol/errors.ts";
import type { Checked, OperationFactory } from "./operation.ts";
import type { Services } from "./services.ts";
import { requireCollection } from "./shared/collections.ts";
import { defaultSimilarityThreshold, findUserMatches, maximumUsers } from "./shared/matching.ts";

/**
 * Finds the users of a collection that are like one of its faces, or like one of its users. The user who is
 * searched with is not among them; the one whose face is searched with is.
 */
export const searchUsers: OperationFactory<
  "collections" | "faces" | "packs" | "users" | "vectors",
  Checked<SearchUsersRequest, "CollectionId">,
  SearchUsersResponse
> =
  (services) =>
  async ({ CollectionId, FaceId, UserId, MaxUsers = maximumUsers, UserMatchThreshold }) => {
    if ((FaceId === undefined) === (UserId === undefined)) throw invalidParameters();
    const collection = await requireCollection(services.collections, CollectionId);
    const embedding = await (FaceId === undefined
      ? userVector(services, collection.id, UserId as string)
      : faceEmbedding(services, collection.id, FaceId));
    return {
      UserMatches:
        embedding === null
          ? []
          : await findUserMatches(services, collection, {
              embedding,
              threshold: UserMatchThreshold ?? defaultSimilarityThreshold,
              limit: MaxUsers,
              except: UserId,
            }),
      FaceModelVersion: collection.faceModelVersion,
      ...(FaceId === undefined ? { SearchedUser: { UserId } } : { SearchedFace: { FaceId } }),
    };
  };

async function faceEmbedding(
  { faces }: Pick<Services, "faces">,
  collectionId: number,
  faceId: string,
): Promise<Float32Array> {
  const embedding = await faces.embeddingOf(collectionId, faceId);
  if (embedding === undefined) throw faceNotFound();
  return embedding;
}

async function userVector(
  { users }: Pick<Services, "users">,
  collectionId: number,
  userId: string,
): Promise<Float32Array | null> {
  const embedding = await users.embeddingOf(collectionId, userId);
  if (embedding === undefined) throw userNotFound(userId);
  return embedding;
}
