import { expect, test } from "@jest/globals";
import { FakeServices, faceIdOf, noCollection, refusal } from "../../test/support/fakes/fakeServices.ts";
import { listFaces } from "./listFaces.ts";

function setUp() {
  const world = new FakeServices();
  world.addCollection("album");
  return { world, list: world.bind(listFaces) };
}

test("lists faces by their ids, with the version that the collection's own pack has", async () => {
  const { world, list } = setUp();
  world.addFace("album", { faceId: faceIdOf(2), confidence: 99.99961853027344, externalImageId: "guest-7" });
  world.addUser("album", "ada");
  world.addFace("album", { faceId: faceIdOf(1), userId: "ada" });
  const answer = await list({ CollectionId: "album" });
  expect(answer).toEqual({
    Faces: [
      expect.objectContaining({ FaceId: faceIdOf(1), UserId: "ada" }),
      {
        FaceId: faceIdOf(2),
        BoundingBox: { Width: 0.25, Height: 0.25, Left: 0.125, Top: 0.0625 },
        ImageId: "0b943592-6e65-3054-8d81-b143018d0f75",
        ExternalImageId: "guest-7",
        // Rounded to six digits, as what was stored is.
        Confidence: 99.99960327148438,
        IndexFacesModelVersion: "101.0",
      },
    ],
    FaceModelVersion: "101.0",
  });
});

test("lists none of an empty collection", async () => {
  const { list } = setUp();
  expect(await list({ CollectionId: "album" })).toEqual({ Faces: [], FaceModelVersion: "101.0" });
});

test("lists the faces that are named, those of a user, and those that are both", async () => {
  const { world, list } = setUp();
  const [first = "", second = ""] = world.addUser("album", "ada", 1, 1);
  const [third = ""] = world.addFaces("album", 1);
  const idsOf = async (which: { FaceIds?: string[]; UserId?: string }) =>
    (await list({ CollectionId: "album", ...which })).Faces?.map(({ FaceId }) => FaceId);
  expect(await idsOf({ FaceIds: [third, first, faceIdOf(1)] })).toEqual([first, third]);
  expect(await idsOf({ UserId: "ada" })).toEqual([first, second]);
  expect(await idsOf({ UserId: "ada", FaceIds: [second, third] })).toEqual([second]);
  expect(await idsOf({ UserId: "nobody" })).toEqual([]);
});

test("goes on with NextToken, which the last page has not, also although the face before it was deleted", async () => {
  const { world, list } = setUp();
  const ids = world.addFaces("album", 1, 1, 1, 1);
  const page = async (NextToken?: string) => {
    const answer = await list({ CollectionId: "album", MaxResults: 2, NextToken });
    return { ids: answer.Faces?.map(({ FaceId }) => FaceId), next: answer.NextToken };
  };
  const first = await page();
  expect(first).toEqual({ ids: ids.slice(0, 2), next: expect.any(String) });
  world.held("album")?.faces.delete(ids[1] ?? "");
  expect(await page(first.next)).toEqual({ ids: ids.slice(2), next: undefined });
});

test.each([undefined, 0])("lists 1000 where MaxResults is %s", async (MaxResults) => {
  const { world, list } = setUp();
  world.addFaces("album", ...Array.from({ length: 1001 }, () => 1));
  const answer = await list({ CollectionId: "album", MaxResults });
  expect(answer.Faces).toHaveLength(1000);
  expect(answer.NextToken).toBeDefined();
});

test("refuses a token of another collection, of a collection's namesake, and one that is none", async () => {
  const { world, list } = setUp();
  world.addCollection("other");
  world.addFaces("album", 1, 1);
  world.addFaces("other", 1, 1);
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
