import type { DeleteUserRequest, DeleteUserResponse } from "@aws-sdk/client-rekognition";
import type { Checked, OperationFactory } from "./operation.ts";
import { requireCollection } from "./shared/collections.ts";
import { changeUser } from "./shared/users.ts";

/** Deletes a user; the faces stay in the collection, associated with no one. */
export const deleteUser: OperationFactory<
  "collections" | "users",
  Checked<DeleteUserRequest, "CollectionId" | "UserId">,
  DeleteUserResponse
> =
  ({ collections, users }) =>
  async (input) => {
    const { id } = await requireCollection(collections, input.CollectionId);
    await changeUser("DeleteUser", input, (request) => users.delete(id, input.UserId, request));
    return {};
  };
