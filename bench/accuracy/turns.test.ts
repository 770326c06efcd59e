import { describe, expect, test } from "@jest/globals";
import { inTurns, medianOf, medianRatio } from "./turns.ts";

describe("inTurns", () => {
  test("each item is done by all in a row, begun by the next", async () => {
    const done: string[] = [];
    const results = await inTurns(["a", "b", "c"], [1, 2, 3, 4], async (worker, item) => {
      done.push(worker + item);
      return worker + item;
    });
    expect(done).toEqual(["a1", "b1", "c1", "b2", "c2", "a2", "c3", "a3", "b3", "a4", "b4", "c4"]);
    expect(results).toEqual([
      ["a1", "a2", "a3", "a4"],
      ["b1", "b2", "b3", "b4"],
      ["c1", "c2", "c3", "c4"],
    ]);
  });

  test("one at a time", async () => {
    let atWork = 0;
    const results = await inTurns(["a", "b"], [1, 2, 3], async () => {
      const beside = atWork++;
      await new Promise((resolve) => setTimeout(resolve, 1));
      atWork--;
      return beside;
    });
    expect(results.flat()).toEqual([0, 0, 0, 0, 0, 0]);
  });
});

test("a median leaves out what is no number", () => {
  expect(medianOf([3, Number.NaN, 1, 2, Number.POSITIVE_INFINITY])).toBe(2);
  expect(medianOf([Number.NaN])).toBeNaN();
});

test("a ratio is that of pairs, not of medians", () => {
  expect(medianRatio([2, 30, 8], [1, 10, 100])).toBe(2);
  expect(medianRatio([1, 4, 0], [0, 2, 0])).toBe(2);
  expect(medianRatio([1], [])).toBeNaN();
});
