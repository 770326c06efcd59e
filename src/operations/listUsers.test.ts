import { expect, test } from "@jest/globals";
import { FakeServices, noCollection, refusal } from "../../test/support/fakes/fakeServices.ts";
import { listUsers } from "./listUsers.ts";

function setUp() {
  const world = new FakeServices();
  world.addCollection("album");
  return { world, list: world.bind(listUsers) };
}

test("lists users by their ids: ACTIVE with faces, CREATED without", async () => {
  const { world, list } = setUp();
  world.addUser("album", "grace");
  world.addUser("album", "ada", 1);
  expect(await list({ CollectionId: "album" })).toEqual({
    Users: [
      { UserId: "ada", UserStatus: "ACTIVE" },
      { UserId: "grace", UserStatus: "CREATED" },
    ],
  });
});

test("lists none of a collection without users", async () => {
  const { list } = setUp();
  expect(await list({ CollectionId: "album" })).toEqual({ Users: [] });
});

test("goes on with NextToken, which the last page has not", async () => {
  const { world, list } = setUp();
  for (const userId of ["a", "b", "c", "d"]) world.addUser("album", userId);
  const page = async (NextToken?: string) => {
    const answer = await list({ CollectionId: "album", MaxResults: 2, NextToken });
    return { ids: answer.Users?.map(({ UserId }) => UserId), next: answer.NextToken };
  };
  const first = await page();
  expect(first).toEqual({ ids: ["a", "b"], next: expect.any(String) });
  expect(await page(first.next)).toEqual({ ids: ["c", "d"], next: undefined });
});

test("lists 500 where the request names no number", async () => {
  const { world, list } = setUp();
  for (let index = 0; index < 501; index++) world.addUser("album", `user-${index}`);
  const answer = await list({ CollectionId: "album" });
  expect(answer.Users).toHaveLength(500);
  expect(answer.NextToken).toBeDefined();
});

test("refuses a token of another collection, of a collection's namesake, and one that is none", async () => {
  const { world, list } = setUp();
  world.addCollection("other");
  for (const userId of ["a", "b"]) {
    world.addUser("album", userId);
    world.addUser("other", userId);
  }
  const invalid = "InvalidPaginationTokenException: Invalid Token";
  const { NextToken } = await list({ CollectionId: "album", MaxResults: 1 });
  expect(NextToken).toBeDefined();
  expect(await refusal(list({ CollectionId: "other", NextToken }))).toBe(invalid);
  expect(await refusal(list({ CollectionId: "album", NextToken: "none" }))).toBe(invalid);
  await world.services.collections.delete("album");
  world.addCollection("album");
  expect(await refusal(list({ CollectionId: "album", NextToken }))).toBe(invalid);
});

test("refuses a collection that is not there, whatever the token", async () => {
  const { list } = setUp();
  expect(await refusal(list({ CollectionId: "nowhere", NextToken: "none" }))).toBe(noCollection("nowhere"));
});
