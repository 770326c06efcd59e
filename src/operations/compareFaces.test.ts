import { expect, test } from "@jest/globals";
import { boxOf, darkFace, like, seenFace } from "../../test/support/fakes/fakeFaces.ts";
import { FakeServices, refusal } from "../../test/support/fakes/fakeServices.ts";
import { ImageError } from "../recognition/contract.ts";
import { compareFaces } from "./compareFaces.ts";
import { toBoundingBox, toFaceDetail } from "./shared/wire.ts";

function setUp() {
  const world = new FakeServices();
  const compare = world.bind(compareFaces);
  const ada = world.photoOf(seenFace());
  /** The similarities of the matches, and the sides of the other faces' boxes. */
  const outcome = async (input: Parameters<typeof compare>[0]) => {
    const { FaceMatches = [], UnmatchedFaces = [] } = await compare(input);
    return {
      matched: FaceMatches.map(({ Similarity }) => Similarity),
      unmatched: UnmatchedFaces.map(({ BoundingBox }) => BoundingBox?.Width),
    };
  };
  return { world, compare, ada, outcome };
}

test("tells the source's face, the faces that match and those that do not", async () => {
  const { world, compare } = setUp();
  const source = seenFace({ box: boxOf(0.5), confidence: 98.5 });
  const same = seenFace({ box: boxOf(0.25), embedding: like(0.9375) });
  const stranger = seenFace({ box: boxOf(0.375), embedding: like(0.5) });
  expect(
    await compare({ SourceImage: world.photoOf(source), TargetImage: world.photoOf(same, stranger) }),
  ).toEqual({
    SourceImageFace: { BoundingBox: toBoundingBox(source.box), Confidence: 98.5 },
    // By the curve of the pack of this moment.
    FaceMatches: [{ Similarity: 87.5, Face: toFaceDetail({ ...same, shortcomings: [] }) }],
    UnmatchedFaces: [toFaceDetail({ ...stranger, shortcomings: [] })],
  });
});

test("compares the source's largest face", async () => {
  const { world, outcome } = setUp();
  const large = seenFace({ box: boxOf(0.5) });
  const small = seenFace({ box: boxOf(0.25), embedding: like(0.5) });
  const TargetImage = world.photoOf(seenFace({ embedding: like(0.5) }));
  expect(await outcome({ SourceImage: world.photoOf(small, large), TargetImage })).toMatchObject({
    matched: [],
  });
});

test("lists matches from the most similar on, and the others from the largest on", async () => {
  const { world, ada, outcome } = setUp();
  const TargetImage = world.photoOf(
    seenFace({ box: boxOf(0.5), embedding: like(0.9375) }),
    seenFace({ box: boxOf(0.375), embedding: like(1) }),
    seenFace({ box: boxOf(0.125), embedding: like(0.5) }),
    seenFace({ box: boxOf(0.25), embedding: like(0) }),
  );
  expect(await outcome({ SourceImage: ada, TargetImage })).toEqual({
    matched: [100, 87.5],
    unmatched: [0.25, 0.125],
  });
});

test("matches from a similarity of 80 on where the request names none", async () => {
  const { world, ada, outcome } = setUp();
  // 79.98 and 80.08 % by the curve.
  const TargetImage = world.photoOf(
    seenFace({ box: boxOf(0.25), embedding: like(0.89990234375) }),
    seenFace({ box: boxOf(0.5), embedding: like(0.900390625) }),
  );
  expect(await outcome({ SourceImage: ada, TargetImage })).toEqual({
    matched: [80.078125],
    unmatched: [0.25],
  });
});

test("matches from the SimilarityThreshold on, itself included; at 0 everyone", async () => {
  const { world, ada, outcome } = setUp();
  const TargetImage = world.photoOf(
    seenFace({ box: boxOf(0.5), embedding: like(0.875) }),
    seenFace({ box: boxOf(0.25), embedding: like(0) }),
  );
  const request = { SourceImage: ada, TargetImage };
  expect(await outcome({ ...request, SimilarityThreshold: 75 })).toEqual({
    matched: [75],
    unmatched: [0.25],
  });
  expect(await outcome({ ...request, SimilarityThreshold: 75.1 })).toMatchObject({ matched: [] });
  expect(await outcome({ ...request, SimilarityThreshold: 0 })).toEqual({ matched: [75, 0], unmatched: [] });
});

test("refuses a source or a target without a face", async () => {
  const { world, compare, ada } = setUp();
  const nobody = world.photoOf();
  const refused = "InvalidParameterException: Request has invalid parameters";
  expect(await refusal(compare({ SourceImage: nobody, TargetImage: ada }))).toBe(refused);
  expect(await refusal(compare({ SourceImage: ada, TargetImage: nobody }))).toBe(refused);
});

test("takes faces of any quality where the request names no filter", async () => {
  const { world, outcome } = setUp();
  const dark = world.photoOf(darkFace());
  expect(await outcome({ SourceImage: dark, TargetImage: dark })).toEqual({ matched: [100], unmatched: [] });
});

test("passes over faces that the filter refuses, in both images; with no other face it is refused", async () => {
  const { world, compare, ada, outcome } = setUp();
  const poor = darkFace({ box: boxOf(0.5), embedding: like(0.5) });
  const both = world.photoOf(poor, seenFace());
  expect(await outcome({ SourceImage: both, TargetImage: both, QualityFilter: "AUTO" })).toEqual({
    matched: [100],
    unmatched: [],
  });
  const refused = "InvalidParameterException: Request has invalid parameters";
  const dark = world.photoOf(poor);
  expect(await refusal(compare({ SourceImage: dark, TargetImage: ada, QualityFilter: "LOW" }))).toBe(refused);
  expect(await refusal(compare({ SourceImage: ada, TargetImage: dark, QualityFilter: "LOW" }))).toBe(refused);
});

test("compares the 100 largest faces of the target", async () => {
  const { world, ada, outcome } = setUp();
  const faces = Array.from({ length: 101 }, (_, number) => seenFace({ box: boxOf(0.1 + number / 1000) }));
  const { matched } = await outcome({ SourceImage: ada, TargetImage: world.photoOf(...faces) });
  expect(matched).toHaveLength(100);
});

test("asks the pack of this moment for a person who waits, and of the source for the largest face alone", async () => {
  const { world, compare, ada } = setUp();
  await compare({ SourceImage: ada, TargetImage: ada });
  expect(world.analyzed.current).toEqual([
    expect.objectContaining({ embedLargest: 1, leaveOutRest: true, urgency: "interactive" }),
    expect.objectContaining({ embedLargest: 100, urgency: "interactive" }),
  ]);
  expect(world.analyzed.album).toEqual([]);
});

test("refuses a request that lacks an image, before it analyses the other, and an image that cannot be analysed", async () => {
  const { world, compare, ada } = setUp();
  const lacking = "InvalidParameterException: Requested image should either contain bytes or s3 object.";
  expect(await refusal(compare({ SourceImage: {}, TargetImage: ada }))).toBe(lacking);
  expect(await refusal(compare({ SourceImage: ada, TargetImage: {} }))).toBe(lacking);
  expect(world.analyzed.current).toEqual([]);
  const broken = world.photoThatFails(new ImageError("undecodable"));
  const undecodable = "InvalidImageFormatException: Invalid image encoding";
  expect(await refusal(compare({ SourceImage: broken, TargetImage: ada }))).toBe(undecodable);
  expect(await refusal(compare({ SourceImage: ada, TargetImage: broken }))).toBe(undecodable);
});
