import type {
  SearchUsersByImageRequest,
  SearchUsersByImageResponse,
  UnsearchedFace,
} from "@aws-sdk/client-rekognition";
import type { AnalyzedFace } from "../recognition/contract.ts";
import type { Checked, OperationFactory } from "./operation.ts";
import { analyzeImage, largestEmbedded } from "./shared/analysis.ts";
import { requireCollection } from "./shared/collections.ts";
import { defaultSimilarityThreshold, findUserMatches, maximumUsers } from "./shared/matching.ts";
import { reasonsFor, requirementsOf } from "./shared/qualityFilter.ts";
import { toFaceDetail } from "./shared/wire.ts";

/**
 * Finds the users of a collection that are like the largest face of an image; tells which faces were not
 * searched, and why. Unlike SearchFacesByImage, an image without a face is no error.
 */
export const searchUsersByImage: OperationFactory<
  "collections" | "images" | "packs" | "vectors",
  Checked<SearchUsersByImageRequest, "CollectionId" | "Image">,
  SearchUsersByImageResponse
> =
  (services) =>
  async ({
    CollectionId,
    Image,
    MaxUsers = maximumUsers,
    UserMatchThreshold = defaultSimilarityThreshold,
    QualityFilter = "NONE",
  }) => {
    const collection = await requireCollection(services.collections, CollectionId);
    const image = await services.images.read(Image);
    const analyzed = await analyzeImage(services.packs.of(collection), image, {
      embedLargest: 1,
      requirements: requirementsOf(QualityFilter),
      urgency: "interactive",
    });
    const searched = largestEmbedded(analyzed);
    return {
      UserMatches:
        searched === undefined
          ? []
          : await findUserMatches(services, collection, {
              embedding: searched.embedding,
              threshold: UserMatchThreshold,
              limit: MaxUsers,
            }),
      FaceModelVersion: collection.faceModelVersion,
      ...(searched && { SearchedFace: { FaceDetail: toFaceDetail(searched) } }),
      UnsearchedFaces: analyzed.faces.filter((face) => face !== searched).map(toUnsearchedFace),
    };
  };

function toUnsearchedFace(face: AnalyzedFace): UnsearchedFace {
  const reasons = reasonsFor(face.shortcomings);
  return {
    FaceDetails: toFaceDetail(face),
    Reasons: reasons.length > 0 ? reasons : ["FACE_NOT_LARGEST"],
  };
}
