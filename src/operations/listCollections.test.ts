import { expect, test } from "@jest/globals";
import { FakeServices, refusal } from "../../test/support/fakes/fakeServices.ts";
import { listCollections } from "./listCollections.ts";

function setUp() {
  const world = new FakeServices();
  return { world, list: world.bind(listCollections) };
}

test("lists collections, oldest first, with the version of each beside it", async () => {
  const { world, list } = setUp();
  world.addCollection("wedding");
  world.addCollection("album", { faceModelVersion: "102.0" });
  expect(await list({})).toEqual({
    CollectionIds: ["wedding", "album"],
    FaceModelVersions: ["101.0", "102.0"],
  });
});

test("lists none where there is none", async () => {
  const { list } = setUp();
  expect(await list({})).toEqual({ CollectionIds: [], FaceModelVersions: [] });
});

test("goes on with NextToken, which the last page has not", async () => {
  const { world, list } = setUp();
  for (const name of ["d", "c", "b", "a"]) world.addCollection(name);
  const first = await list({ MaxResults: 2 });
  expect(first).toEqual({
    CollectionIds: ["d", "c"],
    FaceModelVersions: ["101.0", "101.0"],
    NextToken: expect.any(String),
  });
  const second = await list({ MaxResults: 2, NextToken: first.NextToken });
  expect(second).toEqual({ CollectionIds: ["b", "a"], FaceModelVersions: ["101.0", "101.0"] });
});

test("goes on in the same place although the collection before it was deleted", async () => {
  const { world, list } = setUp();
  for (const name of ["a", "b", "c"]) world.addCollection(name);
  const { NextToken } = await list({ MaxResults: 2 });
  await world.services.collections.delete("b");
  expect(await list({ NextToken })).toMatchObject({ CollectionIds: ["c"] });
});

test.each([undefined, 0])("lists 1000 where MaxResults is %s", async (MaxResults) => {
  const { world, list } = setUp();
  for (let index = 0; index < 1001; index++) world.addCollection(`album-${index}`);
  const answer = await list({ MaxResults });
  expect(answer.CollectionIds).toHaveLength(1000);
  expect(answer.NextToken).toBeDefined();
});

test("refuses a token of another listing, and one that is none", async () => {
  const { world, list } = setUp();
  const NextToken = world.services.pageTokens.write("ListFaces 1", "1");
  expect(await refusal(list({ NextToken }))).toBe("InvalidPaginationTokenException: Invalid Token");
  expect(await refusal(list({ NextToken: "1" }))).toBe("InvalidPaginationTokenException: Invalid Token");
});
