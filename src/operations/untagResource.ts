import type { UntagResourceRequest, UntagResourceResponse } from "@aws-sdk/client-rekognition";
import { requireCollectionId } from "../../protocol/arn.ts";
import { resourceNotFound } from "../../protocol/errors.ts";
import type { Checked, OperationFactory } from "./operation.ts";

/** Takes tags from a collection; keys that it does not have are passed over. */
export const untagResource: OperationFactory<
  "account" | "collections",
  Checked<UntagResourceRequest, "ResourceArn" | "TagKeys">,
  UntagResourceResponse
> =
  ({ account, collections }) =>
  async ({ ResourceArn, TagKeys }) => {
    const collectionId = requireCollectionId(account, ResourceArn);
    const unwanted = new Set(TagKeys);
    const isThere = await collections.changeTags(collectionId, (tags) =>
      Object.fromEntries(Object.entries(tags).filter(([key]) => !unwanted.has(key))),
    );
    if (!isThere) throw resourceNotFound(ResourceArn);
    return {};
  };
