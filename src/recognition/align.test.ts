import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { alignFace, type EmbedderInput } from "./align.ts";
import type { FivePoints, Point } from "./geometry.ts";
import { ImagePyramid, type RgbImage } from "./image.ts";

const template: EmbedderInput["template"] = [
  { x: 0.3, y: 0.4 },
  { x: 0.7, y: 0.4 },
  { x: 0.5, y: 0.6 },
  { x: 0.35, y: 0.8 },
  { x: 0.65, y: 0.8 },
];

const input: EmbedderInput = {
  size: 64,
  template,
  channels: "rgb",
  mean: [0, 0, 0],
  scale: [1, 1, 1],
};

/** Where a face lies in an image: the crop's middle, the crop's side, and its turn in degrees, clockwise. */
interface Placement {
  readonly x: number;
  readonly y: number;
  readonly side: number;
  readonly turn: number;
}

/** Takes a point of the template's square to the image. */
function place({ x, y, side, turn }: Placement, point: Point): Point {
  const cos = Math.cos((turn * Math.PI) / 180) * side;
  const sin = Math.sin((turn * Math.PI) / 180) * side;
  const dx = point.x - 0.5;
  const dy = point.y - 0.5;
  return { x: x + cos * dx - sin * dy, y: y + sin * dx + cos * dy };
}

function pointsOf(placement: Placement): FivePoints {
  const [eyeLeft, eyeRight, nose, mouthLeft, mouthRight] = template;
  return {
    eyeLeft: place(placement, eyeLeft),
    eyeRight: place(placement, eyeRight),
    nose: place(placement, nose),
    mouthLeft: place(placement, mouthLeft),
    mouthRight: place(placement, mouthRight),
  };
}

function paint(width: number, height: number, colour: (x: number, y: number) => number[]): RgbImage {
  const data = new Uint8Array(width * height * 3);
  for (let at = 0; at < width * height; at++) {
    data.set(colour((at % width) + 0.5, Math.floor(at / width) + 0.5), at * 3);
  }
  return { width, height, data };
}

function align(image: RgbImage, points: FivePoints, change: Partial<EmbedderInput> = {}): Float32Array {
  const wanted = { ...input, ...change };
  const target = new Float32Array(3 * wanted.size ** 2);
  alignFace(new ImagePyramid(image), points, wanted, target);
  return target;
}

const markColours = [
  [255, 0, 0],
  [0, 255, 0],
  [255, 255, 0],
  [0, 255, 255],
  [255, 0, 255],
] as const;

/** A grey image with a disc of its own colour at each of the five points. */
function drawMarks(width: number, height: number, placement: Placement): RgbImage {
  const marks = template.map((point) => place(placement, point));
  return paint(width, height, (x, y) => {
    const hit = marks.findIndex((mark) => Math.hypot(mark.x - x, mark.y - y) < 0.07 * placement.side);
    return [...(markColours[hit] ?? [100, 100, 100])];
  });
}

function colourAt(crop: Float32Array, { x, y }: Point): number[] {
  const { size } = input;
  const at = Math.floor(y * size) * size + Math.floor(x * size);
  return [0, 1, 2].map((channel) => Math.round(crop[channel * size * size + at] ?? Number.NaN));
}

describe("alignFace", () => {
  test("brings the five points onto the template, whatever the turn and the size", () => {
    const anyPlacement = fc.record({
      x: fc.integer({ min: 60, max: 100 }),
      y: fc.integer({ min: 50, max: 70 }),
      side: fc.integer({ min: 40, max: 140 }),
      turn: fc.integer({ min: -180, max: 180 }),
    });
    fc.assert(
      fc.property(anyPlacement, (placement) => {
        const inside = template.every((point) => {
          const { x, y } = place(placement, point);
          return x > 1 && y > 1 && x < 159 && y < 119;
        });
        fc.pre(inside);
        const crop = align(drawMarks(160, 120, placement), pointsOf(placement));
        expect(template.map((point) => colourAt(crop, point))).toEqual(markColours.map((mark) => [...mark]));
      }),
      { numRuns: 25 },
    );
  });

  test("copies pixels that already lie as they should", () => {
    const image = paint(64, 64, (x, y) => [2 * x, 3 * y, x + y]);
    const crop = align(image, pointsOf({ x: 32, y: 32, side: 64, turn: 0 }));
    const plane = 64 * 64;
    const differences = crop.map(
      (value, at) => value - (image.data[(at % plane) * 3 + Math.floor(at / plane)] ?? 0),
    );
    expect(Math.max(...differences.map(Math.abs))).toBeLessThan(1e-3);
  });

  test("normalises all pixels of all channels, of nets with an odd side too", () => {
    const size = 63;
    const image = paint(64, 64, () => [10, 20, 30]);
    const change = { size, mean: [2, 4, 6], scale: [2, 4, 8] } as const;
    const crop = align(image, pointsOf({ x: 32, y: 32, side: 64, turn: 0 }), change);
    const plane = size * size;
    expect(
      [0, 1, 2].map((channel) => [...new Set(crop.slice(channel * plane, (channel + 1) * plane))]),
    ).toEqual([[4], [4], [3]]);
  });

  test("samples a slope to a fraction of a pixel", () => {
    const image = paint(200, 200, (x, y) => [Math.floor(x), Math.floor(y), 0]);
    const placement = { x: 100.25, y: 90.5, side: 64, turn: 0 };
    const crop = align(image, pointsOf(placement));
    // The crop's pixel (10, 20) has its middle at (10.5, 20.5); a pixel's value is that of its left, upper corner.
    expect(crop[20 * 64 + 10]).toBeCloseTo(100.25 - 32 + 10.5 - 0.5, 3);
    expect(crop[64 * 64 + 20 * 64 + 10]).toBeCloseTo(90.5 - 32 + 20.5 - 0.5, 3);
  });

  test("shrinks a large face by its means, not by picking pixels", () => {
    const checkered = paint(512, 512, (x, y) =>
      (Math.floor(x) + Math.floor(y)) % 2 ? [255, 255, 255] : [0, 0, 0],
    );
    const crop = align(checkered, pointsOf({ x: 256, y: 256, side: 500, turn: 17 }));
    expect(Math.min(...crop)).toBeGreaterThan(120);
    expect(Math.max(...crop)).toBeLessThan(135);
  });

  test("repeats the frame's edge beyond the frame", () => {
    const image = paint(100, 100, (x, y) => (x < 4 ? [200, 10, 10] : y < 4 ? [10, 200, 10] : [10, 10, 200]));
    const { size } = input;
    const crop = align(image, pointsOf({ x: 0, y: 50, side: 80, turn: 0 }));
    expect(colourAt(crop, { x: 0.01, y: 0.5 })).toEqual([200, 10, 10]);
    expect(colourAt(crop, { x: 0.9, y: 0.9 })).toEqual([10, 10, 200]);
    const above = align(image, pointsOf({ x: 60, y: -5000, side: 80, turn: 0 }));
    expect(colourAt(above, { x: 0.5, y: 0.5 })).toEqual([10, 200, 10]);
    expect(above.every(Number.isFinite)).toBe(true);
    expect(above).toHaveLength(3 * size * size);
  });

  test("orders, shifts and scales the channels as the embedder wants them", () => {
    const flat = paint(80, 80, () => [10, 20, 30]);
    const points = pointsOf({ x: 40, y: 40, side: 60, turn: 0 });
    const channelsOf = (change: Partial<EmbedderInput>) => {
      const crop = align(flat, points, change);
      return [0, 1, 2].map((channel) => crop[channel * 64 * 64]);
    };
    expect(channelsOf({ channels: "rgb" })).toEqual([10, 20, 30]);
    expect(channelsOf({ channels: "bgr" })).toEqual([30, 20, 10]);
    expect(channelsOf({ channels: "bgr", mean: [1, 2, 3], scale: [2, 4, 8] })).toEqual([14.5, 4.5, 0.875]);
  });
});
