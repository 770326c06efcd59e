import type { Attribute } from "@aws-sdk/client-rekognition";
import { expect, test } from "@jest/globals";
import { boxOf, darkFace, seenFace } from "../../test/support/fakes/fakeFaces.ts";
import { FakeServices, refusal } from "../../test/support/fakes/fakeServices.ts";
import { ImageError } from "../recognition/contract.ts";
import { detectFaces } from "./detectFaces.ts";
import { toBoundingBox, toFaceDetail } from "./shared/wire.ts";

function setUp() {
  const world = new FakeServices();
  return { world, detect: world.bind(detectFaces) };
}

const attributes = {
  ageRange: { low: 20, high: 30 },
  smile: { value: true, confidence: 90 },
} as const;

test("tells all faces, the largest first, of whatever quality", async () => {
  const { world, detect } = setUp();
  const small = darkFace({ box: boxOf(0.125) });
  const large = seenFace({ box: boxOf(0.5) });
  const answer = await detect({ Image: world.photoOf(small, large) });
  expect(answer.FaceDetails?.map(({ BoundingBox }) => BoundingBox)).toEqual([
    toBoundingBox(large.box),
    toBoundingBox(small.box),
  ]);
});

test("tells of a face what is always told, and no more, where no attributes are asked for", async () => {
  const { world, detect } = setUp();
  const face = seenFace({ attributes });
  expect(await detect({ Image: world.photoOf(face) })).toEqual({
    FaceDetails: [toFaceDetail({ ...face, attributes: {}, shortcomings: [] })],
  });
});

test.each<[Attribute[], string[]]>([
  [["SMILE"], ["Smile"]],
  [["AGE_RANGE", "DEFAULT"], ["AgeRange"]],
  [["ALL"], ["AgeRange", "Smile"]],
  [["DEFAULT"], []],
])("tells the attributes that are asked for: %j", async (Attributes, told) => {
  const { world, detect } = setUp();
  const { FaceDetails } = await detect({ Image: world.photoOf(seenFace({ attributes })), Attributes });
  const always = ["BoundingBox", "Confidence", "Landmarks", "Pose", "Quality"];
  expect(Object.keys(FaceDetails?.[0] ?? {}).sort()).toEqual([...always, ...told].sort());
});

test("answers an image without faces with an empty list", async () => {
  const { world, detect } = setUp();
  expect(await detect({ Image: world.photoOf() })).toEqual({ FaceDetails: [] });
});

test("asks the pack of this moment, for a person who waits, and embeds no one", async () => {
  const { world, detect } = setUp();
  await detect({ Image: world.photoOf(seenFace()) });
  expect(world.analyzed.current).toEqual([{ embedLargest: 0, attributes: [], urgency: "interactive" }]);
  expect(world.analyzed.album).toEqual([]);
});

test("refuses a request without an image, and an image that cannot be analysed", async () => {
  const { world, detect } = setUp();
  expect(await refusal(detect({ Image: {} }))).toBe(
    "InvalidParameterException: Requested image should either contain bytes or s3 object.",
  );
  expect(await refusal(detect({ Image: world.photoThatFails(new ImageError("unknown-format")) }))).toBe(
    "InvalidImageFormatException: Request has invalid image format",
  );
});
