import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { packs } from "../../models/packs.ts";
import { cosine, cosineAt, type SimilarityCurve, similarityOf } from "./similarity.ts";

const curve: SimilarityCurve = [
  [-1, 0],
  [0.1, 5],
  [0.43, 80],
  [0.6, 99],
  [1, 100],
];

const anyCosine = fc.double({ min: -1, max: 1, noNaN: true });
const anySimilarity = fc.double({ min: 0, max: 100, noNaN: true });

describe("cosine", () => {
  test("is the dot product of vectors of length 1", () => {
    expect(cosine(Float32Array.of(1, 0), Float32Array.of(0, 1))).toBe(0);
    expect(cosine(Float32Array.of(0.6, 0.8), Float32Array.of(0.6, 0.8))).toBeCloseTo(1, 6);
    expect(cosine(Float32Array.of(0.6, 0.8), Float32Array.of(-0.6, -0.8))).toBeCloseTo(-1, 6);
  });
});

describe("similarityOf", () => {
  test("goes through the curve's knots, straight between them", () => {
    for (const [at, similarity] of curve) expect(similarityOf(curve, at)).toBeCloseTo(similarity, 9);
    expect(similarityOf(curve, 0.265)).toBeCloseTo(42.5, 9);
  });

  test("is exactly 100 for the same picture, whatever storing and rounding did to it", () => {
    expect([0.999, 0.9995, 1, 1.0000001].map((at) => similarityOf(curve, at))).toEqual([100, 100, 100, 100]);
    expect(similarityOf(curve, 0.998)).toBeLessThan(100);
  });

  test("is 0 beyond the curve's lower end", () => {
    expect(similarityOf(curve, -1.0000001)).toBe(0);
  });

  test("never falls as the cosine rises, and stays in 0..100", () => {
    fc.assert(
      fc.property(anyCosine, anyCosine, (a, b) => {
        const [low, high] = [similarityOf(curve, Math.min(a, b)), similarityOf(curve, Math.max(a, b))];
        expect(low).toBeLessThanOrEqual(high);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(100);
      }),
    );
  });

  test("takes nothing that is no number for a match", () => {
    expect(() => similarityOf(curve, Number.NaN)).toThrow(RangeError);
  });

  test("refuses a curve without knots", () => {
    expect(() => similarityOf([], 0)).toThrow(RangeError);
  });
});

describe("cosineAt", () => {
  test("is the inverse of similarityOf", () => {
    fc.assert(
      fc.property(anySimilarity, (similarity) => {
        const reached = similarityOf(curve, cosineAt(curve, similarity));
        // From the cosine of identical pictures on, similarity leaps to 100.
        if (similarity <= 99.9) expect(reached).toBeCloseTo(similarity, 6);
        else expect(reached).toBeGreaterThanOrEqual(similarity - 1e-6);
      }),
    );
  });

  test("keeps the order of thresholds", () => {
    fc.assert(
      fc.property(anySimilarity, anySimilarity, (a, b) => {
        expect(cosineAt(curve, Math.min(a, b))).toBeLessThanOrEqual(cosineAt(curve, Math.max(a, b)));
      }),
    );
  });

  test("finds the same picture at a threshold of 100, and everything at 0", () => {
    expect(similarityOf(curve, cosineAt(curve, 100))).toBe(100);
    expect(cosineAt(curve, 100)).toBeLessThan(1);
    expect(cosineAt(curve, 0)).toBe(-1);
  });
});

describe.each(packs)("the curve of the pack $name", ({ similarity }) => {
  test("rises from (-1, 0) to (1, 100), in both", () => {
    expect(similarity.at(0)).toEqual([-1, 0]);
    expect(similarity.at(-1)).toEqual([1, 100]);
    for (const side of [0, 1] as const) {
      const values = similarity.map((knot) => knot[side]);
      expect(values).toEqual([...new Set(values)].sort((a, b) => a - b));
    }
  });
});
