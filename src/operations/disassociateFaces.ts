import type {
  DisassociateFacesRequest,
  DisassociateFacesResponse,
  UnsuccessfulFaceDisassociation,
} from "@aws-sdk/client-rekognition";
import type { FaceRefusal } from "../storage/userStore.ts";
import type { Checked, OperationFactory } from "./operation.ts";
import { requireCollection } from "./shared/collections.ts";
import { changeUser, statusAfter } from "./shared/users.ts";

/** Takes faces from a user; they stay in the collection, associated with no one. */
export const disassociateFaces: OperationFactory<
  "collections" | "users",
  Checked<DisassociateFacesRequest, "CollectionId" | "UserId" | "FaceIds">,
  DisassociateFacesResponse
> =
  ({ collections, users }) =>
  async (input) => {
    const { id } = await requireCollection(collections, input.CollectionId);
    const faces = { userId: input.UserId, faceIds: input.FaceIds };
    const change = await changeUser("DisassociateFaces", input, (request) =>
      users.disassociate(id, faces, request),
    );
    return {
      DisassociatedFaces: change.changed.map((FaceId) => ({ FaceId })),
      UnsuccessfulFaceDisassociations: change.refused.map(toUnsuccessful),
      UserStatus: statusAfter(change),
    };
  };

function toUnsuccessful(refusal: FaceRefusal): UnsuccessfulFaceDisassociation {
  const FaceId = refusal.faceId;
  return refusal.reason === "other-user"
    ? { FaceId, UserId: refusal.userId, Reasons: ["ASSOCIATED_TO_A_DIFFERENT_USER"] }
    : { FaceId, Reasons: ["FACE_NOT_FOUND"] };
}
