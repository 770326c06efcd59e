import type {
  DeleteFacesRequest,
  DeleteFacesResponse,
  UnsuccessfulFaceDeletion,
} from "@aws-sdk/client-rekognition";
import type { Checked, OperationFactory } from "./operation.ts";
import { requireCollection } from "./shared/collections.ts";

/** Deletes faces; ids that the collection does not have are told, and fail nothing. */
export const deleteFaces: OperationFactory<
  "collections" | "faces",
  Checked<DeleteFacesRequest, "CollectionId" | "FaceIds">,
  DeleteFacesResponse
> =
  ({ collections, faces }) =>
  async ({ CollectionId, FaceIds }) => {
    const collection = await requireCollection(collections, CollectionId);
    const wanted = [...new Set(FaceIds)];
    const deleted = await faces.delete(collection.id, wanted);
    return {
      DeletedFaces: wanted.filter((faceId) => deleted.has(faceId)),
      UnsuccessfulFaceDeletions: wanted
        .filter((faceId) => !deleted.has(faceId))
        .map((FaceId): UnsuccessfulFaceDeletion => ({ FaceId, Reasons: ["FACE_NOT_FOUND"] })),
    };
  };
