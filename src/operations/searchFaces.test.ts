import { expect, test } from "@jest/globals";
import {
  FakeServices,
  faceIdOf,
  noCollection,
  refusal,
  tryAgain,
} from "../../test/support/fakes/fakeServices.ts";
import { searchFaces } from "./searchFaces.ts";

function setUp() {
  const world = new FakeServices();
  world.addCollection("album");
  return { world, search: world.bind(searchFaces) };
}

test("finds the faces that are like one of the collection, from the most similar on, without itself", async () => {
  const { world, search } = setUp();
  const [self = "", far = "", near = ""] = world.addFaces("album", 1, 0.875, 0.9375);
  expect(await search({ CollectionId: "album", FaceId: self })).toEqual({
    SearchedFaceId: self,
    FaceMatches: [
      { Similarity: 93.75, Face: expect.objectContaining({ FaceId: near, IndexFacesModelVersion: "101.0" }) },
      { Similarity: 87.5, Face: expect.objectContaining({ FaceId: far, IndexFacesModelVersion: "101.0" }) },
    ],
    FaceModelVersion: "101.0",
  });
});

test("finds from a similarity of 80 on where the request names none, and from what it names", async () => {
  const { world, search } = setUp();
  const [FaceId = ""] = world.addFaces("album", 1, 0.80078125, 0.7998046875, 0);
  const found = async (FaceMatchThreshold?: number) =>
    (await search({ CollectionId: "album", FaceId, FaceMatchThreshold })).FaceMatches?.map(
      ({ Similarity }) => Similarity,
    );
  expect(await found()).toEqual([80.078125]);
  expect(await found(79)).toEqual([80.078125, 79.98046875]);
  expect(await found(0)).toEqual([80.078125, 79.98046875, 0]);
});

test("finds MaxFaces others, and 4096 where the request names no number", async () => {
  const { world, search } = setUp();
  const [FaceId = ""] = world.addFaces("album", ...Array.from({ length: 4098 }, () => 1));
  const request = { CollectionId: "album", FaceId };
  expect((await search({ ...request, MaxFaces: 2 })).FaceMatches).toHaveLength(2);
  expect((await search(request)).FaceMatches).toHaveLength(4096);
});

test("finds nothing of other collections", async () => {
  const { world, search } = setUp();
  const [FaceId = ""] = world.addFaces("album", 1);
  world.addCollection("other");
  world.addFaces("other", 1, 1);
  expect(await search({ CollectionId: "album", FaceId })).toMatchObject({ FaceMatches: [] });
});

test("refuses a face that the collection does not have", async () => {
  const { world, search } = setUp();
  world.addCollection("other");
  const FaceId = world.addFace("other", { faceId: faceIdOf(1) });
  expect(await refusal(search({ CollectionId: "album", FaceId }))).toBe(
    "InvalidParameterException: faceId was not found in the collection.",
  );
});

test("refuses a collection that is not there", async () => {
  const { search } = setUp();
  expect(await refusal(search({ CollectionId: "nowhere", FaceId: faceIdOf(1) }))).toBe(
    noCollection("nowhere"),
  );
});

test("asks to try again when the collection moves to another pack meanwhile", async () => {
  const { world, search } = setUp();
  const [FaceId = ""] = world.addFaces("album", 1, 1);
  world.moveMeanwhile("found", "album");
  expect(await refusal(search({ CollectionId: "album", FaceId }))).toBe(tryAgain);
});
