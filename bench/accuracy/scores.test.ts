import { describe, expect, test } from "@jest/globals";
import { Scores } from "./scores.ts";

/** 0, 0.001, … 0.999. */
const even = new Scores();
for (let step = 0; step < 1000; step++) even.add(step / 1000);

describe("Scores", () => {
  test.each([
    [-1, 1],
    [0, 1],
    [0.25, 0.75],
    [0.999, 0.001],
    [1, 0],
  ])("the share from %d on is %d", (cosine, share) => {
    expect(even.shareFrom(cosine)).toBeCloseTo(share, 9);
  });

  test("finds the least cosine that no more than a share reaches", () => {
    const cosine = even.cosineOfShare(0.1);
    expect(even.shareFrom(cosine)).toBeLessThanOrEqual(0.1);
    expect(even.shareFrom(cosine - 0.0001)).toBeGreaterThan(0.1);
  });

  test("a weight counts as many scores", () => {
    const weighted = new Scores();
    weighted.add(0.2, 3);
    weighted.add(0.8);
    expect(weighted.count).toBe(2);
    expect(weighted.shareFrom(0.5)).toBe(0.25);
  });

  test("the mean excess of an even spread is half of what is left", () => {
    expect(even.meanExcess(0.5)).toBeCloseTo(0.25, 2);
  });

  test("a cosine beyond 1 by rounding counts as 1", () => {
    const one = new Scores();
    one.add(1.0000001);
    expect(one.shareFrom(1)).toBe(1);
  });

  test("parts add up to the whole", () => {
    expect(even.shares(10).reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
    expect(even.shares(4)).toEqual([0, 0, expect.closeTo(0.5, 9), expect.closeTo(0.5, 9)]);
  });
});
