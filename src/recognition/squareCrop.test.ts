import { describe, expect, test } from "@jest/globals";
import { ImagePyramid } from "./image.ts";
import { cutSquare, type SquareInput, squareAround, tiltOf } from "./squareCrop.ts";

/** Red tells the column, green the row. */
const side = 100;
const pyramid = new ImagePyramid({
  width: side,
  height: side,
  data: Uint8Array.from({ length: side * side * 3 }, (_, index) => {
    const pixel = Math.floor(index / 3);
    return [pixel % side, Math.floor(pixel / side), 0][index % 3] as number;
  }),
});

const input: SquareInput = { size: 20, margin: 1, channels: "rgb", mean: [0, 0, 0], scale: [1, 1, 1] };
const box = { left: 30, top: 40, width: 20, height: 20 };

/** Column and row of the image that a pixel of the crop shows. */
function shown(crop: Float32Array, x: number, y: number): (number | undefined)[] {
  const at = y * input.size + x;
  return [crop[at], crop[input.size ** 2 + at]];
}

describe("cutSquare", () => {
  test("is the box where the box is a square", () => {
    const crop = cutSquare(pyramid, { box }, 0, input);
    expect(shown(crop, 0, 0)).toEqual([30, 40]);
    expect(shown(crop, 19, 19)).toEqual([49, 59]);
  });

  test("has the area of a box that is none", () => {
    const crop = cutSquare(pyramid, { box: { left: 35, top: 30, width: 10, height: 40 } }, 0, input);
    expect(shown(crop, 0, 0)).toEqual([30, 40]);
  });

  test("is as many times wider as the margin says", () => {
    const crop = cutSquare(pyramid, { box }, 0, { ...input, margin: 1.5 });
    expect(shown(crop, 0, 0)).toEqual([25.25, 35.25]);
  });

  test("turns with the eyes", () => {
    const tilt = tiltOf({ eyeLeft: { x: 5, y: 5 }, eyeRight: { x: 5, y: 9 } });
    const [column, row] = shown(cutSquare(pyramid, { box }, tilt, input), 0, 0);
    expect(column).toBeCloseTo(49, 3);
    expect(row).toBeCloseTo(40, 3);
  });
});

describe("squareAround", () => {
  test.each([0, 0.5, -2])("tells where a pixel of the crop was taken from, turned by %f", (tilt) => {
    const face = { box: { left: 40, top: 40, width: 20, height: 20 } };
    const turned = { ...input, margin: 1.2 };
    const [column, row] = shown(cutSquare(pyramid, face, tilt, turned), 4, 15);
    const { x, y } = squareAround(face, tilt, turned)({ x: 4.5 / input.size, y: 15.5 / input.size });
    // A pixel's colour tells its number, which lies half a pixel before its middle.
    expect(x - 0.5).toBeCloseTo(column ?? Number.NaN, 3);
    expect(y - 0.5).toBeCloseTo(row ?? Number.NaN, 3);
  });
});
