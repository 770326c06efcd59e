import type { TagResourceRequest, TagResourceResponse } from "@aws-sdk/client-rekognition";
import { requireCollectionId } from "../../protocol/arn.ts";
import { resourceNotFound, serviceQuotaExceeded } from "../../protocol/errors.ts";
import { checkTags } from "../housekeeping/retentionTag.ts";
import type { Checked, OperationFactory } from "./operation.ts";

/** Most tags of a resource. */
const maximumTags = 200;

/** Adds tags to a collection; a tag whose key it has gets the new value. */
export const tagResource: OperationFactory<
  "account" | "collections",
  Checked<TagResourceRequest, "ResourceArn" | "Tags">,
  TagResourceResponse
> =
  ({ account, collections }) =>
  async ({ ResourceArn, Tags }) => {
    const collectionId = requireCollectionId(account, ResourceArn);
    checkTags(Tags);
    const isThere = await collections.changeTags(collectionId, (tags) => {
      const changed = { ...tags, ...Tags };
      if (Object.keys(changed).length > maximumTags) {
        throw serviceQuotaExceeded("tags per resource", maximumTags);
      }
      return changed;
    });
    if (!isThere) throw resourceNotFound(ResourceArn);
    return {};
  };
