import type { ListUsersRequest, ListUsersResponse, User } from "@aws-sdk/client-rekognition";
import type { Checked, OperationFactory } from "./operation.ts";
import { requireCollection } from "./shared/collections.ts";
import { maximumUsers } from "./shared/matching.ts";
import { cutPage } from "./shared/pages.ts";
import { statusOf } from "./shared/users.ts";

/** Lists the users of a collection, in the order of their UserIds. */
export const listUsers: OperationFactory<
  "collections" | "pageTokens" | "users",
  Checked<ListUsersRequest, "CollectionId">,
  ListUsersResponse
> =
  ({ collections, pageTokens, users }) =>
  async ({ CollectionId, MaxResults = maximumUsers, NextToken }) => {
    const collection = await requireCollection(collections, CollectionId);
    const listing = `ListUsers ${collection.id}`;
    const after = NextToken === undefined ? undefined : pageTokens.read(listing, NextToken);
    const { rows, last } = cutPage(
      await users.list(collection.id, { limit: MaxResults + 1, after }),
      MaxResults,
    );
    return {
      Users: rows.map((user): User => ({ UserId: user.userId, UserStatus: statusOf(user) })),
      ...(last && { NextToken: pageTokens.write(listing, last.userId) }),
    };
  };
