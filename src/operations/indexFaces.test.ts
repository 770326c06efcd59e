import { expect, test } from "@jest/globals";
import { boxOf, darkFace, like, seenFace } from "../../test/support/fakes/fakeFaces.ts";
import {
  countedBy,
  FakeServices,
  faceIdOf,
  noCollection,
  refusal,
  tryAgain,
} from "../../test/support/fakes/fakeServices.ts";
import { imageIdOf } from "../images/imageSource.ts";
import { ImageError } from "../recognition/contract.ts";
import { indexFaces } from "./indexFaces.ts";
import { toBoundingBox, toFaceDetail } from "./shared/wire.ts";

function setUp() {
  const world = new FakeServices();
  world.addCollection("album");
  return {
    world,
    index: world.bind(indexFaces),
    stored: () => [...(world.held("album")?.faces.values() ?? [])],
  };
}

const small = seenFace({ box: boxOf(0.125), embedding: like(0.5), confidence: 91.5 });
const large = seenFace({ box: boxOf(0.5) });
const dark = darkFace({ box: boxOf(0.25) });

test("stores the faces of an image and tells them, the largest first", async () => {
  const { world, index, stored } = setUp();
  const Image = world.photoOf(small, large);
  const imageId = imageIdOf(Image.Bytes as Uint8Array);
  const record = (FaceId: string, face: typeof small) => ({
    Face: {
      FaceId,
      // As measured: only what is read back is rounded, and only then comes IndexFacesModelVersion.
      BoundingBox: toBoundingBox(face.box),
      ImageId: imageId,
      ExternalImageId: "guest-7",
      Confidence: face.confidence,
    },
    FaceDetail: toFaceDetail({ ...face, shortcomings: [] }),
  });
  expect(await index({ CollectionId: "album", Image, ExternalImageId: "guest-7" })).toEqual({
    FaceRecords: [record(faceIdOf(1), large), record(faceIdOf(2), small)],
    FaceModelVersion: "101.0",
    UnindexedFaces: [],
  });
  const shared = { imageId, externalImageId: "guest-7", userId: null };
  const keep = ({ box, confidence, embedding }: typeof small) => ({ box, confidence, embedding });
  expect(stored()).toEqual([
    { faceId: faceIdOf(1), ...keep(large), ...shared },
    { faceId: faceIdOf(2), ...keep(small), ...shared },
  ]);
});

test("leaves ExternalImageId out where the request has none", async () => {
  const { world, index, stored } = setUp();
  const { FaceRecords } = await index({ CollectionId: "album", Image: world.photoOf(large) });
  expect(FaceRecords?.[0]?.Face).not.toHaveProperty("ExternalImageId");
  expect(stored()).toMatchObject([{ externalImageId: null }]);
});

test("tells the FaceIds that faces have already when the image comes again", async () => {
  const { world, index, stored } = setUp();
  const request = { CollectionId: "album", Image: world.photoOf(small, large), ExternalImageId: "guest-7" };
  const idsOf = async (changes: { ExternalImageId?: string } = {}) =>
    (await index({ ...request, ...changes })).FaceRecords?.map(({ Face }) => Face?.FaceId);
  const first = await idsOf();
  expect(await idsOf()).toEqual(first);
  expect(stored()).toHaveLength(2);
  const under = await idsOf({ ExternalImageId: "guest-8" });
  expect(new Set([...(first ?? []), ...(under ?? [])]).size).toBe(4);
  expect(stored()).toHaveLength(4);
});

test("leaves out faces of poor quality, and tells why, unless the filter is NONE", async () => {
  const { world, index, stored } = setUp();
  const Image = world.photoOf(dark, large);
  const filtered = await index({ CollectionId: "album", Image });
  expect(filtered.FaceRecords).toHaveLength(1);
  expect(filtered.UnindexedFaces).toEqual([
    { Reasons: ["LOW_BRIGHTNESS"], FaceDetail: toFaceDetail({ ...dark, shortcomings: [] }) },
  ]);
  expect(stored()).toHaveLength(1);
  const unfiltered = await index({ CollectionId: "album", Image, QualityFilter: "NONE" });
  expect(unfiltered.FaceRecords).toHaveLength(2);
  expect(unfiltered.UnindexedFaces).toEqual([]);
});

test("filters as AUTO where the request names no filter, and as the request says", async () => {
  const { world, index } = setUp();
  // Too dim for MEDIUM, not for AUTO; too blurred for AUTO, not for LOW.
  const dim = seenFace({ quality: { brightness: 20, sharpness: 60 } });
  const blurred = seenFace({ quality: { brightness: 80, sharpness: 3 } });
  const reasonsOf = async (face: typeof dim, QualityFilter?: "LOW" | "AUTO" | "MEDIUM") =>
    (await index({ CollectionId: "album", Image: world.photoOf(face), QualityFilter })).UnindexedFaces?.map(
      ({ Reasons }) => Reasons,
    );
  expect(await reasonsOf(dim)).toEqual([]);
  expect(await reasonsOf(dim, "MEDIUM")).toEqual([["LOW_BRIGHTNESS"]]);
  expect(await reasonsOf(blurred)).toEqual([["LOW_SHARPNESS"]]);
  expect(await reasonsOf(blurred, "LOW")).toEqual([]);
});

test("stores the MaxFaces largest of those that pass the filter", async () => {
  const { world, index } = setUp();
  const poor = darkFace({ box: boxOf(0.75) });
  const answer = await index({
    CollectionId: "album",
    Image: world.photoOf(small, poor, large),
    MaxFaces: 1,
  });
  expect(answer.FaceRecords?.map(({ FaceDetail }) => FaceDetail?.BoundingBox)).toEqual([
    toBoundingBox(large.box),
  ]);
  expect(answer.UnindexedFaces?.map(({ Reasons, FaceDetail }) => [FaceDetail?.BoundingBox, Reasons])).toEqual(
    [
      [toBoundingBox(poor.box), ["LOW_BRIGHTNESS"]],
      [toBoundingBox(small.box), ["EXCEEDS_MAX_FACES"]],
    ],
  );
});

test.each([undefined, 4096])("stores 100 faces of an image where MaxFaces is %s", async (MaxFaces) => {
  const { world, index } = setUp();
  const faces = Array.from({ length: 101 }, (_, number) => seenFace({ box: boxOf(0.1 + number / 1000) }));
  const answer = await index({ CollectionId: "album", Image: world.photoOf(...faces), MaxFaces });
  expect(answer.FaceRecords).toHaveLength(100);
  expect(answer.UnindexedFaces).toEqual([]);
});

test("answers an image without faces with empty lists", async () => {
  const { world, index } = setUp();
  expect(await index({ CollectionId: "album", Image: world.photoOf() })).toEqual({
    FaceRecords: [],
    FaceModelVersion: "101.0",
    UnindexedFaces: [],
  });
});

test("tells the attributes that are asked for, of faces that are stored and of those that are not", async () => {
  const { world, index } = setUp();
  const attributes = { ageRange: { low: 20, high: 30 }, smile: { value: true, confidence: 90 } };
  const Image = world.photoOf(seenFace({ attributes }), darkFace({ attributes }));
  const detailsOf = async (DetectionAttributes?: ["SMILE"]) => {
    const answer = await index({ CollectionId: "album", Image, DetectionAttributes });
    return [answer.FaceRecords?.[0]?.FaceDetail, answer.UnindexedFaces?.[0]?.FaceDetail];
  };
  for (const detail of await detailsOf(["SMILE"])) {
    expect(detail).toMatchObject({ Smile: { Value: true, Confidence: 90 } });
    expect(detail).not.toHaveProperty("AgeRange");
  }
  for (const detail of await detailsOf()) expect(detail).not.toHaveProperty("Smile");
});

test("asks the collection's own pack, as an import that others need not wait for", async () => {
  const { world, index } = setUp();
  await index({ CollectionId: "album", Image: world.photoOf(large) });
  expect(world.analyzed.album).toMatchObject([{ urgency: "bulk" }]);
  expect(world.analyzed.current).toEqual([]);
});

test("counts the faces that it stored", async () => {
  const { world, index } = setUp();
  const Image = world.photoOf(small, large, dark);
  expect(await countedBy(() => index({ CollectionId: "album", Image }))).toEqual({ indexed: 2 });
});

test("refuses first a collection that is not there, then an image that is not, or cannot be analysed", async () => {
  const { world, index } = setUp();
  expect(await refusal(index({ CollectionId: "nowhere", Image: {} }))).toBe(noCollection("nowhere"));
  expect(await refusal(index({ CollectionId: "album", Image: {} }))).toBe(
    "InvalidParameterException: Requested image should either contain bytes or s3 object.",
  );
  const Image = world.photoThatFails(new ImageError("undecodable"));
  expect(await refusal(index({ CollectionId: "album", Image }))).toBe(
    "InvalidImageFormatException: Invalid image encoding",
  );
});

test("refuses a collection that is deleted meanwhile", async () => {
  const { world, index } = setUp();
  const Image = world.photoOf(large);
  world.deleteMeanwhile("analyzed", "album");
  expect(await refusal(index({ CollectionId: "album", Image }))).toBe(noCollection("album"));
});

test("asks to try again when the collection moves to another pack: the embeddings are the old one's", async () => {
  const { world, index, stored } = setUp();
  const Image = world.photoOf(large);
  world.moveMeanwhile("analyzed", "album");
  expect(await refusal(index({ CollectionId: "album", Image }))).toBe(tryAgain);
  expect(stored()).toEqual([]);
});

test("refuses a collection of a pack that this server does not know", async () => {
  const { world, index } = setUp();
  world.addCollection("lost", { modelPack: "gone" });
  expect(await refusal(index({ CollectionId: "lost", Image: world.photoOf(large) }))).toBe(
    "InternalServerError: The collection was created with the model pack gone, which this server cannot run",
  );
});
