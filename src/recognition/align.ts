import { type FivePoints, fitSimilarityTransform, type Point, pointList } from "./geometry.ts";
import type { ImagePyramid } from "./image.ts";
import { floatsAt, kernels } from "./pixels/kernels.ts";

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
  const a = toImage.a * scale;
  const b = toImage.b * scale;
  // A pixel's centre lies half a pixel from its corner, on the crop as on the level.
  const tx = toImage.tx * scale + (a - b) * 0.5 - 0.5;
  const ty = toImage.ty * scale + (b + a) * 0.5 - 0.5;
  const plane = size * size;
  const planes = kernels.allocate(3 * plane * Float32Array.BYTES_PER_ELEMENT);
  kernels.warpToPlanes(image.pointer, image.width, image.height, planes, size, a, b, tx, ty);
  for (const [channel, colour] of channelOrder[input.channels].entries()) {
    const pointer = planes + colour * plane * Float32Array.BYTES_PER_ELEMENT;
    kernels.normalize(pointer, plane, input.mean[channel] as number, 1 / (input.scale[channel] as number));
    target.set(floatsAt(pointer, plane), channel * plane);
  }
  kernels.release(planes);
}

/** Where each channel's colour lies among red, green and blue. */
const channelOrder = { rgb: [0, 1, 2], bgr: [2, 1, 0] } as const;
