import type { ListCollectionsRequest, ListCollectionsResponse } from "@aws-sdk/client-rekognition";
import type { OperationFactory } from "./operation.ts";
import { cutPage, pageSize } from "./shared/pages.ts";

const listing = "ListCollections";

/** Lists collections, oldest first, with the model version of each in a parallel array. */
export const listCollections: OperationFactory<
  "collections" | "pageTokens",
  ListCollectionsRequest,
  ListCollectionsResponse
> =
  ({ collections, pageTokens }) =>
  async ({ MaxResults, NextToken }) => {
    const size = pageSize(MaxResults);
    const after = NextToken === undefined ? 0 : Number(pageTokens.read(listing, NextToken));
    const { rows, last } = cutPage(await collections.list(size + 1, after), size);
    return {
      CollectionIds: rows.map(({ name }) => name),
      ...(last && { NextToken: pageTokens.write(listing, String(last.id)) }),
      FaceModelVersions: rows.map(({ faceModelVersion }) => faceModelVersion),
    };
  };
