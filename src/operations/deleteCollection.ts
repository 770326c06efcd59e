import type { DeleteCollectionRequest, DeleteCollectionResponse } from "@aws-sdk/client-rekognition";
import { collectionNotFound } from "../../protocol/errors.ts";
import type { Checked, OperationFactory } from "./operation.ts";

/** Deletes a collection with all its faces and users. */
export const deleteCollection: OperationFactory<
  "collections",
  Checked<DeleteCollectionRequest, "CollectionId">,
  DeleteCollectionResponse
> =
  ({ collections }) =>
  async ({ CollectionId }) => {
    if (!(await collections.delete(CollectionId))) throw collectionNotFound(CollectionId);
    return { StatusCode: 200 };
  };
