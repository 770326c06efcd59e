import { expect, test } from "@jest/globals";
import { boxOf, darkFace, like, seenFace } from "../../test/support/fakes/fakeFaces.ts";
import { FakeServices, noCollection, refusal, tryAgain } from "../../test/support/fakes/fakeServices.ts";
import { ImageError } from "../recognition/contract.ts";
import { searchFacesByImage } from "./searchFacesByImage.ts";
import { toBoundingBox } from "./shared/wire.ts";

function setUp() {
  const world = new FakeServices();
  world.addCollection("album");
  return { world, search: world.bind(searchFacesByImage), ada: world.photoOf(seenFace()) };
}

const noFaces = "InvalidParameterException: There are no faces in the image. Should be at least 1.";

test("finds the faces that are like the largest of the image, from the most similar on", async () => {
  const { world, search } = setUp();
  const large = seenFace({ box: boxOf(0.5), confidence: 98.5 });
  const small = seenFace({ box: boxOf(0.25), embedding: like(0) });
  const [far = "", near = ""] = world.addFaces("album", 0.875, 1, 0);
  expect(await search({ CollectionId: "album", Image: world.photoOf(small, large) })).toEqual({
    SearchedFaceBoundingBox: toBoundingBox(large.box),
    SearchedFaceConfidence: 98.5,
    FaceMatches: [
      { Similarity: 100, Face: expect.objectContaining({ FaceId: near, IndexFacesModelVersion: "101.0" }) },
      { Similarity: 87.5, Face: expect.objectContaining({ FaceId: far, IndexFacesModelVersion: "101.0" }) },
    ],
    FaceModelVersion: "101.0",
  });
});

test("finds from a similarity of 80 on where the request names none, and from what it names", async () => {
  const { world, search, ada } = setUp();
  world.addFaces("album", 0.80078125, 0.7998046875, 0);
  const found = async (FaceMatchThreshold?: number) =>
    (await search({ CollectionId: "album", Image: ada, FaceMatchThreshold })).FaceMatches?.map(
      ({ Similarity }) => Similarity,
    );
  expect(await found()).toEqual([80.078125]);
  expect(await found(79)).toEqual([80.078125, 79.98046875]);
  expect(await found(0)).toEqual([80.078125, 79.98046875, 0]);
});

test("finds MaxFaces, and 4096 where the request names no number", async () => {
  const { world, search, ada } = setUp();
  world.addFaces("album", ...Array.from({ length: 4097 }, () => 1));
  const request = { CollectionId: "album", Image: ada };
  expect((await search({ ...request, MaxFaces: 2 })).FaceMatches).toHaveLength(2);
  expect((await search(request)).FaceMatches).toHaveLength(4096);
});

test("finds nobody in an empty collection", async () => {
  const { search, ada } = setUp();
  expect(await search({ CollectionId: "album", Image: ada })).toMatchObject({ FaceMatches: [] });
});

test("refuses an image without a face", async () => {
  const { world, search } = setUp();
  expect(await refusal(search({ CollectionId: "album", Image: world.photoOf() }))).toBe(noFaces);
});

test("searches a face of any quality where the request names no filter", async () => {
  const { world, search } = setUp();
  world.addFaces("album", 1);
  const { FaceMatches } = await search({ CollectionId: "album", Image: world.photoOf(darkFace()) });
  expect(FaceMatches).toHaveLength(1);
});

test("searches the largest face that passes the filter; without one the image has no faces", async () => {
  const { world, search } = setUp();
  const poor = darkFace({ box: boxOf(0.5) });
  const good = seenFace({ box: boxOf(0.25) });
  const request = { CollectionId: "album", QualityFilter: "AUTO" } as const;
  expect(await search({ ...request, Image: world.photoOf(poor, good) })).toMatchObject({
    SearchedFaceBoundingBox: toBoundingBox(good.box),
  });
  expect(await refusal(search({ ...request, Image: world.photoOf(poor) }))).toBe(noFaces);
});

test("asks the collection's own pack, for a person who waits, for that face alone", async () => {
  const { world, search, ada } = setUp();
  await search({ CollectionId: "album", Image: ada });
  expect(world.analyzed.album).toEqual([
    expect.objectContaining({ embedLargest: 1, leaveOutRest: true, urgency: "interactive" }),
  ]);
  expect(world.analyzed.current).toEqual([]);
});

test("refuses first a collection that is not there, then an image that is not, or cannot be analysed", async () => {
  const { world, search } = setUp();
  expect(await refusal(search({ CollectionId: "nowhere", Image: {} }))).toBe(noCollection("nowhere"));
  expect(await refusal(search({ CollectionId: "album", Image: {} }))).toBe(
    "InvalidParameterException: Requested image should either contain bytes or s3 object.",
  );
  const Image = world.photoThatFails(new ImageError("too-many-pixels"));
  expect(await refusal(search({ CollectionId: "album", Image }))).toBe(
    "ImageTooLargeException: Image size is too large.",
  );
});

test("asks to try again when the collection moves to another pack meanwhile", async () => {
  const { world, search, ada } = setUp();
  world.addFaces("album", 1);
  world.moveMeanwhile("analyzed", "album");
  expect(await refusal(search({ CollectionId: "album", Image: ada }))).toBe(tryAgain);
});
