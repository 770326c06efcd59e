import type { ListTagsForResourceRequest, ListTagsForResourceResponse } from "@aws-sdk/client-rekognition";
import { requireCollectionId } from "../../protocol/arn.ts";
import { resourceNotFound } from "../../protocol/errors.ts";
import type { Checked, OperationFactory } from "./operation.ts";

/** Lists the tags of a collection. */
export const listTagsForResource: OperationFactory<
  "account" | "collections",
  Checked<ListTagsForResourceRequest, "ResourceArn">,
  ListTagsForResourceResponse
> =
  ({ account, collections }) =>
  async ({ ResourceArn }) => {
    const collection = await collections.find(requireCollectionId(account, ResourceArn));
    if (collection === undefined) throw resourceNotFound(ResourceArn);
    return { Tags: collection.tags };
  };
