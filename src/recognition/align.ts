import { type FivePoints, fitSimilarityTransform, type Point, pointList } from "./geometry.ts";
import type { ImagePyramid } from "./image.ts";

/** How an embedder wants its pixels. */
export interface EmbedderInput {
  /** Width and height of the crop, in pixels. */
  readonly size: number;
  /** Where the five points belong, in ratios of `size`, ordered as `pointList` orders them. */
  readonly template: readonly [Point, Point, Point, Point, Point];
  readonly channels: "bgr" | "rgb";
  /** Taken from each channel's 0..255, in the order of `channels`. */
  readonly mean: readonly [number, number, number];
  /** Each channel is divided by this after its mean was taken. */
  readonly scale: readonly [number, number, number];
}

/**
 * Cuts a face out of an image as its embedder was trained to see it: turned, scaled and shifted so that the
 * five points come to lie on the template's; bilinear, the frame's edge repeated beyond the frame.
 *
 * @param points in pixels of `pyramid.base`.
 * @param target 3 x size x size floats to write to, channel by channel.
 */
export function alignFace(
  pyramid: ImagePyramid,
  points: FivePoints,
  input: EmbedderInput,
  target: Float32Array,
): void {
  const { size } = input;
  const toImage = fitSimilarityTransform(
    input.template.map(({ x, y }) => ({ x: x * size, y: y * size })),
    pointList(points),
  );
  const pixelsOfBase = Math.hypot(toImage.a, toImage.b);
  const { image, scale } = pyramid.levelFor(1 / pixelsOfBase);
  const { width, height, data } = image;
  const a = toImage.a * scale;
  const b = toImage.b * scale;
  // A pixel's centre lies half a pixel from its corner, on the crop as on the level.
  const tx = toImage.tx * scale + (a - b) * 0.5 - 0.5;
  const ty = toImage.ty * scale + (b + a) * 0.5 - 0.5;
  const plane = size * size;
  const order = input.channels === "bgr" ? [2, 1, 0] : [0, 1, 2];
  const mean = input.mean;
  const factor = input.scale.map((value) => 1 / value) as [number, number, number];
  const stride = width * 3;
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const sourceX = clamp(a * x - b * y + tx, width - 1);
      const sourceY = clamp(b * x + a * y + ty, height - 1);
      const left = Math.floor(sourceX);
      const above = Math.floor(sourceY);
      const along = sourceX - left;
      const down = sourceY - above;
      const topLeft = above * stride + left * 3;
      const toRight = left + 1 < width ? 3 : 0;
      const toBelow = above + 1 < height ? stride : 0;
      const to = y * size + x;
      for (let channel = 0; channel < 3; channel++) {
        const at = topLeft + (order[channel] as number);
        const top = (data[at] as number) * (1 - along) + (data[at + toRight] as number) * along;
        const bottom =
          (data[at + toBelow] as number) * (1 - along) + (data[at + toBelow + toRight] as number) * along;
        const value = top * (1 - down) + bottom * down;
        target[channel * plane + to] = (value - (mean[channel] as number)) * (factor[channel] as number);
      }
    }
  }
}

function clamp(value: number, maximum: number): number {
  return Math.min(Math.max(value, 0), maximum);
}
