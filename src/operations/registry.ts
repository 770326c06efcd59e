import type { OperationName } from "../../protocol/model.generated.ts";
import { associateFaces } from "./associateFaces.ts";
import { compareFaces } from "./compareFaces.ts";
import { createCollection } from "./createCollection.ts";
import { createUser } from "./createUser.ts";
import { deleteCollection } from "./deleteCollection.ts";
import { deleteFaces } from "./deleteFaces.ts";
import { deleteUser } from "./deleteUser.ts";
import { describeCollection } from "./describeCollection.ts";
import { detectFaces } from "./detectFaces.ts";
import { disassociateFaces } from "./disassociateFaces.ts";
import { indexFaces } from "./indexFaces.ts";
import { listCollections } from "./listCollections.ts";
import { listFaces } from "./listFaces.ts";
import { listTagsForResource } from "./listTagsForResource.ts";
import { listUsers } from "./listUsers.ts";
import type { Operation } from "./operation.ts";
import { searchFaces } from "./searchFaces.ts";
import { searchFacesByImage } from "./searchFacesByImage.ts";
import { searchUsers } from "./searchUsers.ts";
import { searchUsersByImage } from "./searchUsersByImage.ts";
import type { Services } from "./services.ts";
import { tagResource } from "./tagResource.ts";
import { untagResource } from "./untagResource.ts";

/** The operations that Cameo offers; the model's other names are refused. */
export const offeredOperations = {
  AssociateFaces: associateFaces,
  CompareFaces: compareFaces,
  CreateCollection: createCollection,
  CreateUser: createUser,
  DeleteCollection: deleteCollection,
  DeleteFaces: deleteFaces,
  DeleteUser: deleteUser,
  DescribeCollection: describeCollection,
  DetectFaces: detectFaces,
  DisassociateFaces: disassociateFaces,
  IndexFaces: indexFaces,
  ListCollections: listCollections,
  ListFaces: listFaces,
  ListTagsForResource: listTagsForResource,
  ListUsers: listUsers,
  SearchFaces: searchFaces,
  SearchFacesByImage: searchFacesByImage,
  SearchUsers: searchUsers,
  SearchUsersByImage: searchUsersByImage,
  TagResource: tagResource,
  UntagResource: untagResource,
} as const satisfies Partial<Record<OperationName, (services: Services) => Operation<never, object>>>;

/** Operations with their services, by name. Each trusts that its input has been validated by the model. */
export type OperationTable = Readonly<Partial<Record<OperationName, Operation<never, object>>>>;

/** Gives every operation its services. */
export function bindOperations(services: Services): OperationTable {
  return Object.fromEntries(
    Object.entries(offeredOperations).map(([name, operation]) => [name, operation(services)]),
  );
}
