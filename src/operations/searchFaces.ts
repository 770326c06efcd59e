import type { SearchFacesRequest, SearchFacesResponse } from "@aws-sdk/client-rekognition";
import { faceNotFound } from "../../protocol/errors.ts";
import type { Checked, OperationFactory } from "./operation.ts";
import { requireCollection } from "./shared/collections.ts";
import { defaultSimilarityThreshold, findMatches, maximumMatches } from "./shared/matching.ts";

/** Finds the faces of a collection that are like one of its faces; that face itself is not among them. */
export const searchFaces: OperationFactory<
  "collections" | "faces" | "packs" | "vectors",
  Checked<SearchFacesRequest, "CollectionId" | "FaceId">,
  SearchFacesResponse
> =
  (services) =>
  async ({ CollectionId, FaceId, MaxFaces, FaceMatchThreshold }) => {
    const collection = await requireCollection(services.collections, CollectionId);
    const embedding = await services.faces.embeddingOf(collection.id, FaceId);
    if (embedding === undefined) throw faceNotFound();
    return {
      SearchedFaceId: FaceId,
      FaceMatches: await findMatches(services, collection, {
        embedding,
        threshold: FaceMatchThreshold ?? defaultSimilarityThreshold,
        limit: MaxFaces ?? maximumMatches,
        except: FaceId,
      }),
      FaceModelVersion: collection.faceModelVersion,
    };
  };
