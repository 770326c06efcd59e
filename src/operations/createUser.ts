import type { CreateUserRequest, CreateUserResponse } from "@aws-sdk/client-rekognition";
import type { Checked, OperationFactory } from "./operation.ts";
import { requireCollection } from "./shared/collections.ts";
import { changeUser } from "./shared/users.ts";

/** Creates a user in a collection, as yet without faces. */
export const createUser: OperationFactory<
  "collections" | "users",
  Checked<CreateUserRequest, "CollectionId" | "UserId">,
  CreateUserResponse
> =
  ({ collections, users }) =>
  async (input) => {
    const { id } = await requireCollection(collections, input.CollectionId);
    await changeUser("CreateUser", input, (request) => users.create(id, input.UserId, request));
    return {};
  };
