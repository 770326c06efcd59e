import type { ListFacesRequest, ListFacesResponse } from "@aws-sdk/client-rekognition";
import type { Checked, OperationFactory } from "./operation.ts";
import { requireCollection } from "./shared/collections.ts";
import { cutPage, pageSize } from "./shared/pages.ts";
import { toFace } from "./shared/wire.ts";

/** Lists the faces of a collection, or those of them that the request names: by their ids, by their user. */
export const listFaces: OperationFactory<
  "collections" | "faces" | "pageTokens",
  Checked<ListFacesRequest, "CollectionId">,
  ListFacesResponse
> =
  ({ collections, faces, pageTokens }) =>
  async ({ CollectionId, FaceIds, MaxResults, NextToken, UserId }) => {
    const collection = await requireCollection(collections, CollectionId);
    const listing = `ListFaces ${collection.id}`;
    const size = pageSize(MaxResults);
    const after = NextToken === undefined ? undefined : pageTokens.read(listing, NextToken);
    const found = await faces.list(collection.id, {
      limit: size + 1,
      after,
      faceIds: FaceIds,
      userId: UserId,
    });
    const { rows, last } = cutPage(found, size);
    return {
      Faces: rows.map((face) => toFace(face, collection)),
      ...(last && { NextToken: pageTokens.write(listing, last.faceId) }),
      FaceModelVersion: collection.faceModelVersion,
    };
  };
