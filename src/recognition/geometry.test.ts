import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import {
  area,
  type Box,
  type FivePoints,
  fitSimilarityTransform,
  intersection,
  intersectionOverUnion,
  type Point,
  pointList,
  type SimilarityTransform,
  scaleBox,
  scalePoints,
} from "./geometry.ts";

const unit: Box = { left: 0, top: 0, width: 10, height: 10 };

const coordinate = fc.double({ min: -1000, max: 1000, noNaN: true });
const side = fc.double({ min: 0.1, max: 1000, noNaN: true });
const anyBox = fc.record({ left: coordinate, top: coordinate, width: side, height: side });
const anyPoint: fc.Arbitrary<Point> = fc.record({ x: coordinate, y: coordinate });

describe("boxes", () => {
  test.each([
    ["itself", unit, 100, 1],
    ["its right half", { ...unit, left: 5, width: 5 }, 50, 0.5],
    ["one shifted by half", { ...unit, left: 5 }, 50, 1 / 3],
    ["one shifted across a corner", { ...unit, left: 5, top: 5 }, 25, 25 / 175],
    ["one that touches it", { ...unit, left: 10 }, 0, 0],
    ["one apart in both directions", { ...unit, left: 20, top: 20 }, 0, 0],
  ])("a box and %s", (_, other, shared, overlap) => {
    expect(intersection(unit, other)).toBe(shared);
    expect(intersectionOverUnion(unit, other)).toBeCloseTo(overlap, 12);
  });

  test("share the same whichever comes first, and never more than either has", () => {
    fc.assert(
      fc.property(anyBox, anyBox, (a, b) => {
        expect(intersection(a, b)).toBe(intersection(b, a));
        expect(intersection(a, b)).toBeLessThanOrEqual(Math.min(area(a), area(b)) * (1 + 1e-9));
      }),
    );
  });

  test("overlap as much under any scale of both axes", () => {
    fc.assert(
      fc.property(anyBox, anyBox, side, side, (a, b, scaleX, scaleY) => {
        const scaled = intersectionOverUnion(scaleBox(a, scaleX, scaleY), scaleBox(b, scaleX, scaleY));
        expect(scaled).toBeCloseTo(intersectionOverUnion(a, b), 6);
      }),
    );
  });

  test("are scaled along each axis", () => {
    expect(scaleBox({ left: 1, top: 2, width: 3, height: 4 }, 10, 100)).toEqual({
      left: 10,
      top: 200,
      width: 30,
      height: 400,
    });
  });
});

describe("five points", () => {
  const points: FivePoints = {
    eyeLeft: { x: 1, y: 2 },
    eyeRight: { x: 3, y: 4 },
    nose: { x: 5, y: 6 },
    mouthLeft: { x: 7, y: 8 },
    mouthRight: { x: 9, y: 10 },
  };

  test("are listed eyes, nose, mouth, left before right", () => {
    expect(pointList(points).map(({ x }) => x)).toEqual([1, 3, 5, 7, 9]);
  });

  test("are scaled along each axis", () => {
    const scaled = pointList(scalePoints(points, 10, 100));
    expect(scaled).toEqual(pointList(points).map(({ x, y }) => ({ x: 10 * x, y: 100 * y })));
  });
});

describe("fitSimilarityTransform", () => {
  const anyTransform: fc.Arbitrary<SimilarityTransform> = fc
    .record({
      angle: fc.double({ min: -Math.PI, max: Math.PI, noNaN: true }),
      scale: fc.double({ min: 0.01, max: 100, noNaN: true }),
      tx: coordinate,
      ty: coordinate,
    })
    .map(({ angle, scale, tx, ty }) => ({ a: scale * Math.cos(angle), b: scale * Math.sin(angle), tx, ty }));

  const apply = ({ a, b, tx, ty }: SimilarityTransform, { x, y }: Point): Point => ({
    x: a * x - b * y + tx,
    y: b * x + a * y + ty,
  });

  test("finds the transform that points went through", () => {
    fc.assert(
      fc.property(anyTransform, fc.array(anyPoint, { maxLength: 5 }), (transform, more) => {
        const from = [{ x: 0, y: 0 }, { x: 10, y: 0 }, ...more];
        const fit = fitSimilarityTransform(
          from,
          from.map((point) => apply(transform, point)),
        );
        expect(fit.a).toBeCloseTo(transform.a, 6);
        expect(fit.b).toBeCloseTo(transform.b, 6);
        expect(fit.tx).toBeCloseTo(transform.tx, 4);
        expect(fit.ty).toBeCloseTo(transform.ty, 4);
      }),
    );
  });

  test("is the best where no transform fits: every change of it makes the error grow", () => {
    fc.assert(
      fc.property(fc.array(anyPoint, { minLength: 3, maxLength: 6 }), (to) => {
        const from = to.map((_, index) => ({ x: 10 * Math.cos(index), y: 10 * Math.sin(index) }));
        const error = (transform: SimilarityTransform) =>
          from.reduce((sum, point, index) => {
            const { x, y } = apply(transform, point);
            const target = to[index] ?? { x: Number.NaN, y: Number.NaN };
            return sum + (x - target.x) ** 2 + (y - target.y) ** 2;
          }, 0);
        const fit = fitSimilarityTransform(from, to);
        for (const name of ["a", "b", "tx", "ty"] as const) {
          for (const step of [-1, 1]) {
            expect(error({ ...fit, [name]: fit[name] + step })).toBeGreaterThan(error(fit));
          }
        }
      }),
    );
  });

  test("never mirrors: a mirror image is fitted by a turn", () => {
    const from = [
      { x: 0, y: 0 },
      { x: 2, y: 0 },
      { x: 0, y: 1 },
    ];
    const { a, b } = fitSimilarityTransform(
      from,
      from.map(({ x, y }) => ({ x: -x, y })),
    );
    // The long side lies along x, so half a turn serves it best, at less than its length.
    expect(a).toBeLessThan(0);
    expect(Math.hypot(a, b)).toBeLessThan(1);
  });
});
