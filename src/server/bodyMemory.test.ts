import { describe, expect, test } from "@jest/globals";
import { BodyMemory } from "./bodyMemory.ts";

const kibibyte = 1024;
const mebibyte = 1024 * kibibyte;

describe("the memory for bodies", () => {
  test("gives a small body no more than it needs, a larger one up to twice that", () => {
    const memory = new BodyMemory(mebibyte);
    expect(memory.open(false).withRoomFor(100)).toHaveLength(100);
    expect(memory.open(false).withRoomFor(64 * kibibyte + 1)).toHaveLength(128 * kibibyte);
    expect(memory.load().held).toBe(100 + 128 * kibibyte);
  });

  test("keeps what a body holds when it grows, and counts one buffer", () => {
    const memory = new BodyMemory(mebibyte);
    const allowance = memory.open(false);
    allowance.withRoomFor(70 * kibibyte)?.fill(7);
    const larger = allowance.withRoomFor(200 * kibibyte);
    expect(larger?.subarray(0, 70 * kibibyte).every((byte) => byte === 7)).toBe(true);
    expect(allowance.withRoomFor(100 * kibibyte)).toBe(larger);
    expect(memory.load().held).toBe(256 * kibibyte);
    allowance.release();
    allowance.release();
    expect(memory.load().held).toBe(0);
  });

  test("has room for a body of all of it, and no byte more", () => {
    const memory = new BodyMemory(mebibyte);
    const allowance = memory.open(false);
    for (const size of [1, mebibyte / 2, mebibyte]) expect(allowance.withRoomFor(size)).toBeDefined();
    expect(memory.open(false).withRoomFor(1)).toBeUndefined();
    expect(allowance.withRoomFor(mebibyte + 1)).toBeUndefined();
    allowance.release();
    expect(memory.open(false).withRoomFor(mebibyte)).toBeDefined();
  });

  test("uses buffers again, one at a time and without what they held", () => {
    const memory = new BodyMemory(4 * mebibyte);
    const [first, second] = [memory.open(false), memory.open(false)];
    const buffer = first.withRoomFor(mebibyte)?.fill(7);
    first.release();
    expect(second.withRoomFor(mebibyte)).toBe(buffer);
    expect(buffer?.every((byte) => byte === 0)).toBe(true);
    expect(first.withRoomFor(mebibyte)).not.toBe(buffer);
  });

  test("keeps 32 MiB for the next bodies at most", () => {
    const memory = new BodyMemory(128 * mebibyte);
    const allowances = Array.from({ length: 5 }, () => memory.open(false));
    const buffers = allowances.map((allowance) => allowance.withRoomFor(16 * mebibyte));
    for (const allowance of allowances) allowance.release();
    const next = Array.from({ length: 5 }, () => memory.open(false).withRoomFor(16 * mebibyte));
    expect(next.filter((buffer) => buffers.includes(buffer))).toHaveLength(2);
  });
});
