import { describe, expect, test } from "@jest/globals";
import { ImagePyramid, type RgbImage, withPyramid } from "./image.ts";
import { bytesAt } from "./pixels/kernels.ts";

/** An image whose channels are given by position. */
function paint(width: number, height: number, colour: (x: number, y: number) => number[]): RgbImage {
  const data = Array.from({ length: width * height }, (_, at) => colour(at % width, Math.floor(at / width)));
  return { width, height, data: Uint8Array.from(data.flat()) };
}

/** A level of an image's pyramid, as an image. */
function level(base: RgbImage, scale: number): RgbImage {
  const { width, height, pointer } = new ImagePyramid(base).levelFor(scale).image;
  return { width, height, data: bytesAt(pointer, width * height * 3).slice() };
}

describe("half the size", () => {
  test("takes the rounded mean of four pixels, channel by channel", () => {
    const image = paint(2, 2, (x, y) => [10 * (x + 2 * y), 255, x === 1 && y === 1 ? 2 : 0]);
    expect(level(image, 0.5)).toEqual({ width: 1, height: 1, data: Uint8Array.of(15, 255, 1) });
  });

  test("keeps rows and columns apart", () => {
    const image = paint(4, 6, (x, y) => [x >> 1, y >> 1, 7]);
    expect(level(image, 0.5)).toEqual(paint(2, 3, (x, y) => [x, y, 7]));
  });

  test("drops an odd last row and column", () => {
    const image = paint(5, 3, (x, y) => (x === 4 || y === 2 ? [255, 255, 255] : [1, 2, 3]));
    expect(level(image, 0.5)).toEqual(paint(2, 1, () => [1, 2, 3]));
  });
});

describe("ImagePyramid", () => {
  const base = paint(16, 8, (x, y) => [x, y, 0]);

  test.each([
    [4, 1],
    [1, 1],
    [0.51, 1],
    [0.5, 1 / 2],
    [0.3, 1 / 2],
    [0.25, 1 / 4],
    [0.13, 1 / 4],
  ])("for a scale of %d gives the smallest level that still has it: %d", (wanted, expected) => {
    const { image, scale } = new ImagePyramid(base).levelFor(wanted);
    expect(scale).toBe(expected);
    expect(image.width).toBe(base.width * expected);
    expect(image.height).toBe(base.height * expected);
  });

  test("ends at the last level that can be halved no more", () => {
    const { image, scale } = new ImagePyramid(base).levelFor(1e-9);
    expect(image).toMatchObject({ width: 2, height: 1 });
    expect(scale).toBe(1 / 8);
  });

  test("makes each level once, and leaves the base alone", () => {
    const pyramid = new ImagePyramid(base);
    expect(pyramid.levelFor(0.25).image).toBe(pyramid.levelFor(0.2).image);
    expect(bytesAt(pyramid.base.pointer, base.data.length)).toEqual(base.data);
  });

  test("gives its memory back, also when the work fails", async () => {
    const pointers: number[] = [];
    for (let round = 0; round < 2; round++) {
      const work = withPyramid(base, async (pyramid) => {
        pointers.push(pyramid.levelFor(0.25).image.pointer);
        throw new Error("of no interest");
      });
      await expect(work).rejects.toThrow("of no interest");
    }
    expect(pointers[1]).toBe(pointers[0]);
  });
});
