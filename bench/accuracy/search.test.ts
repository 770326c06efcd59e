import { describe, expect, test } from "@jest/globals";
import { bestSearch, type Comparison, noFace, searchFrom } from "./search.ts";

const right = (cosine: number): Comparison => ({ cosine, isOnPhoto: true });
const wrong = (cosine: number): Comparison => ({ cosine, isOnPhoto: false });

describe("searchFrom", () => {
  test("tells what is returned from a cosine on", () => {
    const comparisons = [right(0.9), right(0.4), right(0.1), wrong(0.4), wrong(0)];
    expect(searchFrom(comparisons, 0.4)).toEqual({
      found: 2,
      wrong: 1,
      recall: expect.closeTo(2 / 3, 9),
      wrongShare: expect.closeTo(1 / 3, 9),
    });
  });

  test("a photo without a face is never returned, and counts as missed", () => {
    expect(searchFrom([right(noFace), right(0.5), wrong(noFace)], -1)).toEqual({
      found: 1,
      wrong: 0,
      recall: 0.5,
      wrongShare: 0,
    });
  });
});

describe("bestSearch", () => {
  const comparisons = [
    ...[0.9, 0.8, 0.7, 0.6].map(right),
    wrong(0.65),
    ...[0.5, 0.4].map(right),
    ...[0.45, 0.44].map(wrong),
  ];

  test.each([
    { mostWrong: 0, threshold: 0.7, found: 3 },
    { mostWrong: 0.19, threshold: 0.5, found: 5 },
    { mostWrong: 1, threshold: 0.4, found: 6 },
  ])("finds the most of which $mostWrong is wrong", ({ mostWrong, threshold, found }) => {
    expect(bestSearch(comparisons, mostWrong)).toMatchObject({ threshold, found, recall: found / 6 });
  });

  test("goes below a threshold that lets too much through where more that is right lies under it", () => {
    const dense = [wrong(0.95), ...Array.from({ length: 199 }, (_, index) => right(0.9 - index / 1000))];
    expect(bestSearch(dense, 0.01)).toMatchObject({ found: 199, wrong: 1 });
  });

  test("of two photos as like the one as the other both are returned", () => {
    expect(bestSearch([right(0.8), right(0.5), wrong(0.5)], 0)).toMatchObject({ threshold: 0.8, found: 1 });
  });

  test.each([
    ["only strangers are returned", [wrong(0.9), right(0.5)], 0.4],
    ["no face is seen", [right(noFace), wrong(0.3)], 1],
    ["there is nothing to find", [wrong(0.3)], 1],
  ])("is none where %s", (_, given, mostWrong) => {
    expect(bestSearch(given, mostWrong)).toBeUndefined();
  });
});
