import type { DeleteCollectionRequest, DeleteCollectionResponse } from "@aws-sdk/client-rekognition";
import { collectionNotFound } from "../../protocol/errors.ts";
import { countFaces } from "../telemetry/stopwatch.ts";
import type { Checked, OperationFactory } from "./operation.ts";

/** Deletes a collection with all its faces and users. */
export const deleteCollection: OperationFactory<
  "collections",
  Checked<DeleteCollectionRequest, "CollectionId">,
  DeleteCollectionResponse
> =
  ({ collections }) =>
  async ({ CollectionId }) => {
    const deletedFaces = await collections.delete(CollectionId);
    if (deletedFaces === undefined) throw collectionNotFound(CollectionId);
    countFaces("deleted", deletedFaces);
    return { StatusCode: 200 };
  };
