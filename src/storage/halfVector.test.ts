import { describe, expect, test } from "@jest/globals";
import { halfToSingle } from "../nets/onnx/half.ts";
import { encodeHalfVector } from "./halfVector.ts";

function halvesOf(values: readonly number[]): number[] {
  const bytes = encodeHalfVector(Float32Array.from(values));
  return values.map((_, index) => bytes.readUInt16BE(4 + 2 * index));
}

describe("encodeHalfVector", () => {
  test("begins with the number of components and a zero", () => {
    expect([...encodeHalfVector(Float32Array.of(1, -0.5))]).toEqual([0, 2, 0, 0, 0x3c, 0x00, 0xb8, 0x00]);
  });

  const largest = 0x7bff;
  const positive = Array.from({ length: largest + 1 }, (_, bits) => bits);
  const values = [...halfToSingle(Uint16Array.from(positive))];

  test("takes every 16-bit float as it is", () => {
    expect(halvesOf(values)).toEqual(positive);
    expect(halvesOf(values.map((value) => -value))).toEqual(positive.map((bits) => bits | 0x8000));
  });

  test("rounds to the nearest, and what lies in the middle to the even one", () => {
    const between = positive.slice(0, -1);
    const middle = (bits: number) => ((values[bits] as number) + (values[bits + 1] as number)) / 2;
    const above = (value: number) => value * (1 + 2 ** -22);
    const below = (value: number) => value * (1 - 2 ** -22);
    expect(halvesOf(between.map(middle))).toEqual(between.map((bits) => bits + (bits & 1)));
    expect(halvesOf(between.map((bits) => below(middle(bits))))).toEqual(between);
    expect(halvesOf(between.map((bits) => above(middle(bits))))).toEqual(between.map((bits) => bits + 1));
  });
});
