import type { CreateCollectionRequest, CreateCollectionResponse } from "@aws-sdk/client-rekognition";
import { shortCollectionArn } from "../../protocol/arn.ts";
import { collectionAlreadyExists } from "../../protocol/errors.ts";
import { checkTags } from "../housekeeping/retentionTag.ts";
import type { Checked, OperationFactory } from "./operation.ts";

/** Creates a collection, which keeps the model pack of this moment for good. */
export const createCollection: OperationFactory<
  "account" | "clock" | "collections" | "packs",
  Checked<CreateCollectionRequest, "CollectionId">,
  CreateCollectionResponse
> =
  ({ account, clock, collections, packs }) =>
  async ({ CollectionId, Tags = {} }) => {
    checkTags(Tags);
    const { pack } = packs.current;
    const isNew = await collections.create({
      name: CollectionId,
      modelPack: pack.name,
      faceModelVersion: pack.faceModelVersion,
      createdAt: clock(),
      tags: Tags,
    });
    if (!isNew) throw collectionAlreadyExists(CollectionId);
    packs.madeCollection();
    return {
      StatusCode: 200,
      CollectionArn: shortCollectionArn(account, CollectionId),
      FaceModelVersion: pack.faceModelVersion,
    };
  };
