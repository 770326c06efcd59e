import type { SearchFacesByImageRequest, SearchFacesByImageResponse } from "@aws-sdk/client-rekognition";
import { noFacesInImage } from "../../protocol/errors.ts";
import type { Checked, OperationFactory } from "./operation.ts";
import { analyzeImage, largestEmbedded } from "./shared/analysis.ts";
import { requireCollection } from "./shared/collections.ts";
import { defaultSimilarityThreshold, findMatches, maximumMatches } from "./shared/matching.ts";
import { requirementsOf } from "./shared/qualityFilter.ts";
import { toBoundingBox } from "./shared/wire.ts";

/** Finds the faces of a collection that are like the largest face of an image. */
export const searchFacesByImage: OperationFactory<
  "collections" | "faces" | "images" | "packs" | "vectors",
  Checked<SearchFacesByImageRequest, "CollectionId" | "Image">,
  SearchFacesByImageResponse
> =
  (services) =>
  async ({ CollectionId, Image, MaxFaces, FaceMatchThreshold, QualityFilter = "NONE" }) => {
    const collection = await requireCollection(services.collections, CollectionId);
    const image = await services.images.read(Image);
    const analyzed = await analyzeImage(services.packs.of(collection), image, {
      embedLargest: 1,
      leaveOutRest: true,
      requirements: requirementsOf(QualityFilter),
      urgency: "interactive",
    });
    const searched = largestEmbedded(analyzed);
    if (searched === undefined) throw noFacesInImage();
    return {
      SearchedFaceBoundingBox: toBoundingBox(searched.box),
      SearchedFaceConfidence: searched.confidence,
      FaceMatches: await findMatches(services, collection, {
        embedding: searched.embedding,
        threshold: FaceMatchThreshold ?? defaultSimilarityThreshold,
        limit: MaxFaces ?? maximumMatches,
      }),
      FaceModelVersion: collection.faceModelVersion,
    };
  };
