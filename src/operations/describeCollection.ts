import type { DescribeCollectionRequest, DescribeCollectionResponse } from "@aws-sdk/client-rekognition";
import { collectionArn } from "../../protocol/arn.ts";
import type { Checked, OperationFactory } from "./operation.ts";
import { requireCollection } from "./shared/collections.ts";

/** Tells a collection's size, model version, age and ARN. */
export const describeCollection: OperationFactory<
  "account" | "collections",
  Checked<DescribeCollectionRequest, "CollectionId">,
  DescribeCollectionResponse
> =
  ({ account, collections }) =>
  async ({ CollectionId }) => {
    const collection = await requireCollection(collections, CollectionId);
    return {
      FaceCount: collection.faceCount,
      FaceModelVersion: collection.faceModelVersion,
      CollectionARN: collectionArn(account, CollectionId),
      CreationTimestamp: collection.createdAt,
      UserCount: collection.userCount,
    };
  };
