import { describe, expect, test } from "@jest/globals";
import { decodeScrfd } from "./decodeScrfd.ts";
import { strides } from "./grids.ts";

/** Not square, so that rows taken for columns are noticed. */
const picture = { width: 96, height: 64 };

/** Outputs of a net that saw nothing, but for the guesses given: distances and points in strides. */
function outputsOf(guesses: readonly Guess[]): (name: string) => Float32Array {
  const arrays = new Map(
    strides.flatMap((stride) => {
      const count = 2 * (picture.width / stride) * (picture.height / stride);
      return [
        [`score_${stride}`, new Float32Array(count).fill(0.1)],
        [`bbox_${stride}`, new Float32Array(4 * count)],
        [`kps_${stride}`, new Float32Array(10 * count)],
      ];
    }),
  );
  const read = (name: string) => arrays.get(name) ?? new Float32Array(0);
  for (const { stride, at, score, bbox, kps } of guesses) {
    read(`score_${stride}`)[at] = score;
    read(`bbox_${stride}`).set(bbox, 4 * at);
    read(`kps_${stride}`).set(kps, 10 * at);
  }
  return read;
}

interface Guess {
  readonly stride: number;
  readonly at: number;
  readonly score: number;
  readonly bbox: readonly number[];
  readonly kps: readonly number[];
}

const some = { bbox: [1, 1.5, 2, 2.5], kps: [0.5, 0.25, 1, 0.25, 0.75, 0.75, 0.5, 1.25, 1, 1.25] };

describe("decodeScrfd", () => {
  test("counts distances from the cell's corner, in strides", () => {
    // The second guess of the cell in column 4, row 2 of the 6 x 4 cells of 16 pixels.
    const guess = { stride: 16, at: 2 * (2 * 6 + 4) + 1, score: 0.75, ...some };
    expect(decodeScrfd(outputsOf([guess]), picture, 0.5)).toEqual([
      {
        score: 0.75,
        box: { left: 48, top: 8, width: 48, height: 64 },
        points: {
          eyeLeft: { x: 72, y: 36 },
          eyeRight: { x: 80, y: 36 },
          nose: { x: 76, y: 44 },
          mouthLeft: { x: 72, y: 52 },
          mouthRight: { x: 80, y: 52 },
        },
      },
    ]);
  });

  test.each(strides)("reads the grid of stride %i", (stride) => {
    const [found, ...more] = decodeScrfd(outputsOf([{ stride, at: 2, score: 0.9, ...some }]), picture, 0.5);
    expect(more).toEqual([]);
    expect(found?.box).toEqual({ left: 0, top: -1.5 * stride, width: 3 * stride, height: 4 * stride });
  });

  test("leaves out what scores less", () => {
    const guesses = [0.4, 0.5, 0.6].map((score, at) => ({ stride: 32, at, score, ...some }));
    const found = decodeScrfd(outputsOf(guesses), picture, 0.5);
    expect(found.map(({ score }) => score)).toEqual([0.5, expect.closeTo(0.6)]);
  });
});
