import type {
  AssociateFacesRequest,
  AssociateFacesResponse,
  UnsuccessfulFaceAssociation,
} from "@aws-sdk/client-rekognition";
import { cosineAt, type SimilarityCurve, similarityOf } from "../recognition/similarity.ts";
import type { FaceRefusal } from "../storage/userStore.ts";
import type { Checked, OperationFactory } from "./operation.ts";
import { requireCollection } from "./shared/collections.ts";
import { changeUser, maximumFacesPerUser, statusAfter } from "./shared/users.ts";

/** UserMatchThreshold where a request gives none; lower than where users are searched. */
const defaultThreshold = 75;

/**
 * Associates faces with a user: those that are like the user's faces so far, or any when there are none yet.
 * More than a user may have in total are refused as a whole.
 */
export const associateFaces: OperationFactory<
  "collections" | "packs" | "users",
  Checked<AssociateFacesRequest, "CollectionId" | "UserId" | "FaceIds">,
  AssociateFacesResponse
> =
  ({ collections, packs, users }) =>
  async (input) => {
    const collection = await requireCollection(collections, input.CollectionId);
    const { similarity: curve } = packs.of(collection).pack;
    const faces = {
      userId: input.UserId,
      faceIds: input.FaceIds,
      minimumCosine: cosineAt(curve, input.UserMatchThreshold ?? defaultThreshold),
      limit: maximumFacesPerUser,
    };
    const change = await changeUser("AssociateFaces", input, (request) =>
      users.associate(collection, faces, request),
    );
    return {
      AssociatedFaces: change.changed.map((FaceId) => ({ FaceId })),
      UnsuccessfulFaceAssociations: change.refused.map((refusal) => toUnsuccessful(refusal, curve)),
      UserStatus: statusAfter(change),
    };
  };

function toUnsuccessful(refusal: FaceRefusal, curve: SimilarityCurve): UnsuccessfulFaceAssociation {
  const FaceId = refusal.faceId;
  switch (refusal.reason) {
    case "not-found":
      return { FaceId, Reasons: ["FACE_NOT_FOUND"] };
    case "other-user":
      return { FaceId, UserId: refusal.userId, Reasons: ["ASSOCIATED_TO_A_DIFFERENT_USER"] };
    case "unlike":
      return {
        FaceId,
        Confidence: similarityOf(curve, refusal.cosine),
        Reasons: ["LOW_MATCH_CONFIDENCE"],
      };
  }
}
