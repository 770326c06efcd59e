import type {
  FaceRecord,
  IndexFacesRequest,
  IndexFacesResponse,
  UnindexedFace,
} from "@aws-sdk/client-rekognition";
import { imageIdOf } from "../images/imageSource.ts";
import { type AnalyzedFace, maximumFaces } from "../recognition/contract.ts";
import { countFaces } from "../telemetry/stopwatch.ts";
import type { Checked, OperationFactory } from "./operation.ts";
import { analyzeImage, embeddedFaces } from "./shared/analysis.ts";
import { wantedAttributes } from "./shared/attributes.ts";
import { requireCollection, unlessGone } from "./shared/collections.ts";
import { reasonsFor, requirementsOf } from "./shared/qualityFilter.ts";
import { toBoundingBox, toFaceDetail } from "./shared/wire.ts";

/**
 * Finds the faces of an image and adds them to a collection, largest first; tells those that were left out,
 * and why. The image itself is not kept.
 */
export const indexFaces: OperationFactory<
  "collections" | "faces" | "images" | "newId" | "packs",
  Checked<IndexFacesRequest, "CollectionId" | "Image">,
  IndexFacesResponse
> =
  ({ collections, faces, images, newId, packs }) =>
  async ({
    CollectionId,
    Image,
    ExternalImageId,
    MaxFaces = maximumFaces,
    QualityFilter = "AUTO",
    DetectionAttributes,
  }) => {
    const collection = await requireCollection(collections, CollectionId);
    const bytes = await images.read(Image);
    const analyzed = await analyzeImage(packs.of(collection), bytes, {
      embedLargest: MaxFaces,
      requirements: requirementsOf(QualityFilter),
      attributes: wantedAttributes(DetectionAttributes),
      urgency: "bulk",
    });
    const imageId = imageIdOf(bytes);
    const indexed = embeddedFaces(analyzed);
    const faceIds = await unlessGone(
      CollectionId,
      faces.add(
        collection,
        { imageId, externalImageId: ExternalImageId ?? null },
        indexed.map(({ box, confidence, embedding }) => ({ faceId: newId(), box, confidence, embedding })),
      ),
    );
    countFaces("indexed", indexed.length);
    return {
      FaceRecords: indexed.map(
        (face, index): FaceRecord => ({
          Face: {
            FaceId: faceIds[index],
            BoundingBox: toBoundingBox(face.box),
            ImageId: imageId,
            ...(ExternalImageId !== undefined && { ExternalImageId }),
            Confidence: face.confidence,
          },
          FaceDetail: toFaceDetail(face),
        }),
      ),
      FaceModelVersion: collection.faceModelVersion,
      UnindexedFaces: analyzed.faces.filter(({ embedding }) => embedding === undefined).map(toUnindexedFace),
    };
  };

function toUnindexedFace(face: AnalyzedFace): UnindexedFace {
  const reasons = reasonsFor(face.shortcomings);
  return {
    Reasons: reasons.length > 0 ? reasons : ["EXCEEDS_MAX_FACES"],
    FaceDetail: toFaceDetail(face),
  };
}
