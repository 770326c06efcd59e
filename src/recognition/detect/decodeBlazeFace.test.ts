import { describe, expect, test } from "@jest/globals";
import { decodeBlazeFace } from "./decodeBlazeFace.ts";

/** Not square, so that rows taken for columns are noticed. */
const picture = { width: 96, height: 64 };

interface Guess {
  readonly stride: 8 | 16;
  readonly guess: number;
  readonly column: number;
  readonly row: number;
  /** Before the sigmoid. */
  readonly raw: number;
  /** Centre, size and six points, from the middle of the cell. */
  readonly place?: readonly number[];
}

const guessesOf = { 8: 2, 16: 6 };

/** Outputs of a net that saw nothing, but for the guesses given. */
function outputsOf(guesses: readonly Guess[]): (name: string) => Float32Array {
  const heads = new Map(
    ([8, 16] as const).map((stride) => {
      const count = guessesOf[stride];
      const cells = (picture.width / stride) * (picture.height / stride);
      const data = new Float32Array(cells * count * 17).fill(-100, 0, cells * count);
      for (const { guess, column, row, raw, place = [] } of guesses.filter((one) => one.stride === stride)) {
        const cell = row * (picture.width / stride) + column;
        data[guess * cells + cell] = raw;
        for (const [number, value] of place.entries()) {
          data[(count + guess * 16 + number) * cells + cell] = value;
        }
      }
      return [`heads_${stride}`, data];
    }),
  );
  return (name) => heads.get(name) ?? new Float32Array(0);
}

const place = [1, 2, 30, 40, -8, -5, 12, -5, 2, 3, 2, 11, -20, 0, 20, 0];

describe("decodeBlazeFace", () => {
  test.each([
    { stride: 8, guess: 1, column: 7, row: 3, middle: { x: 60, y: 28 } },
    { stride: 16, guess: 5, column: 3, row: 2, middle: { x: 56, y: 40 } },
  ] as const)(
    "counts places from the middle of a cell of $stride pixels",
    ({ middle: { x, y }, ...cell }) => {
      const raw = Math.log(4);
      const [found, ...more] = decodeBlazeFace(outputsOf([{ ...cell, raw, place }]), picture, 0.5);
      expect(more).toEqual([]);
      expect(found?.score).toBeCloseTo(0.8);
      expect(found?.box).toEqual({ left: x + 1 - 15, top: y + 2 - 20, width: 30, height: 40 });
      expect(found?.points).toMatchObject({
        eyeLeft: { x: x - 8, y: y - 5 },
        eyeRight: { x: x + 12, y: y - 5 },
        nose: { x: x + 2, y: y + 3 },
      });
    },
  );

  test("puts the corners of the mouth around its middle, along the line of the eyes", () => {
    const tilted = [0, 0, 30, 30, -6, -8, 6, 8, 0, 0, -8, 6, 0, 0, 0, 0];
    const guess: Guess = { stride: 16, guess: 0, column: 1, row: 1, raw: 3, place: tilted };
    const [found] = decodeBlazeFace(outputsOf([guess]), picture, 0.5);
    const { mouthLeft, mouthRight } = found?.points ?? {};
    expect(mouthLeft?.x).toBeCloseTo(24 - 8 - 0.41 * 12);
    expect(mouthLeft?.y).toBeCloseTo(24 + 6 - 0.41 * 16);
    expect(mouthRight?.x).toBeCloseTo(24 - 8 + 0.41 * 12);
    expect(mouthRight?.y).toBeCloseTo(24 + 6 + 0.41 * 16);
  });

  test("leaves out what scores less", () => {
    const guesses = [0.3, 0.49, 0.51, 0.7].map((score, column): Guess => {
      return { stride: 8, guess: 0, column, row: 0, raw: Math.log(score / (1 - score)) };
    });
    const found = decodeBlazeFace(outputsOf(guesses), picture, 0.5);
    expect(found.map(({ score }) => score)).toEqual([expect.closeTo(0.51), expect.closeTo(0.7)]);
  });
});
