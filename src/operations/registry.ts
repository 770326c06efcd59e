import type { OperationName } from "../../protocol/model.generated.ts";
import type { Services } from "../services.ts";
import { compareFaces } from "./compareFaces.ts";
import { createCollection } from "./createCollection.ts";
import { deleteCollection } from "./deleteCollection.ts";
import { deleteFaces } from "./deleteFaces.ts";
import { describeCollection } from "./describeCollection.ts";
import { detectFaces } from "./detectFaces.ts";
import { indexFaces } from "./indexFaces.ts";
import { listCollections } from "./listCollections.ts";
import { listFaces } from "./listFaces.ts";
import type { Operation } from "./operation.ts";
import { searchFaces } from "./searchFaces.ts";
import { searchFacesByImage } from "./searchFacesByImage.ts";

/** The operations that Cameo offers; the model's other names are refused. */
export const offeredOperations = {
  CompareFaces: compareFaces,
  CreateCollection: createCollection,
  DeleteCollection: deleteCollection,
  DeleteFaces: deleteFaces,
  DescribeCollection: describeCollection,
  DetectFaces: detectFaces,
  IndexFaces: indexFaces,
  ListCollections: listCollections,
  ListFaces: listFaces,
  SearchFaces: searchFaces,
  SearchFacesByImage: searchFacesByImage,
} as const satisfies Partial<Record<OperationName, (services: Services) => Operation<never, object>>>;

/** Operations with their services, by name. Each trusts that its input has been validated by the model. */
export type OperationTable = Readonly<Partial<Record<OperationName, Operation<never, object>>>>;

/** Gives every operation its services. */
export function bindOperations(services: Services): OperationTable {
  return Object.fromEntries(
    Object.entries(offeredOperations).map(([name, operation]) => [name, operation(services)]),
  );
}
