import type {
  DeleteFacesRequest,
  DeleteFacesResponse,
  UnsuccessfulFaceDeletion,
} from "@aws-sdk/client-rekognition";
import { countFaces } from "../telemetry/stopwatch.ts";
import type { Checked, OperationFactory } from "./operation.ts";
import { requireCollection, unlessGone } from "./shared/collections.ts";

/**
 * Deletes faces. Ids that the collection does not have, and faces that belong to a user, are told and fail
 * nothing.
 */
export const deleteFaces: OperationFactory<
  "collections" | "faces",
  Checked<DeleteFacesRequest, "CollectionId" | "FaceIds">,
  DeleteFacesResponse
> =
  ({ collections, faces }) =>
  async ({ CollectionId, FaceIds }) => {
    const collection = await requireCollection(collections, CollectionId);
    const wanted = [...new Set(FaceIds)];
    const { deleted, usersOfKept } = await unlessGone(CollectionId, faces.delete(collection.id, wanted));
    countFaces("deleted", deleted.size);
    return {
      DeletedFaces: wanted.filter((faceId) => deleted.has(faceId)),
      UnsuccessfulFaceDeletions: wanted
        .filter((faceId) => !deleted.has(faceId))
        .map((faceId) => toUnsuccessful(faceId, usersOfKept.get(faceId))),
    };
  };

function toUnsuccessful(FaceId: string, UserId: string | undefined): UnsuccessfulFaceDeletion {
  return UserId === undefined
    ? { FaceId, Reasons: ["FACE_NOT_FOUND"] }
    : { FaceId, UserId, Reasons: ["ASSOCIATED_TO_AN_EXISTING_USER"] };
}
