import { describe, expect, test } from "@jest/globals";
import { bitsOf, codeRows, embeddingLength } from "./identity.ts";
import { identityBits } from "./layout.ts";

// Looking a global up is slow in jest's realm.
const { clz32, imul } = Math;

describe("bitsOf", () => {
  test("counts from the lowest bit", () => {
    expect(bitsOf(0b1011)).toEqual([1, 1, 0, 1, ...Array<number>(identityBits - 4).fill(0)]);
  });

  test("takes a text for the same number each time", () => {
    expect(bitsOf("Ada")).toEqual(bitsOf("Ada"));
    expect(bitsOf("Ada")).not.toEqual(bitsOf("Grace"));
  });

  test.each([-1, 0.5, 2 ** 20, Number.NaN])("refuses %p", (identity) => {
    expect(() => bitsOf(identity)).toThrow(RangeError);
  });
});

describe("codeRows", () => {
  test("any two of the 2^20 words differ in 112 to 144 of 256 bits", () => {
    // The code is linear: the words themselves are all the differences there are.
    const rows = codeRows().map(packed);
    expect(rows).toHaveLength(identityBits);
    const word = new Uint32Array(embeddingLength / 32);
    let least = embeddingLength;
    let most = 0;
    for (let count = 1; count < 2 ** identityBits; count++) {
      // In the order of a Gray code, from one word to the next by one row.
      const row = rows[31 - clz32(count & -count)] as Uint32Array;
      let weight = 0;
      for (let index = 0; index < word.length; index++) {
        const bits = (word[index] as number) ^ (row[index] as number);
        word[index] = bits;
        weight += ones(bits);
      }
      if (weight < least) least = weight;
      if (weight > most) most = weight;
    }
    expect([least, most]).toEqual([112, 144]);
  });
});

function packed(bits: readonly number[]): Uint32Array {
  const words = new Uint32Array(bits.length / 32);
  for (const [index, bit] of bits.entries())
    words[index >> 5] = (words[index >> 5] as number) | (bit << (index & 31));
  return words;
}

function ones(bits: number): number {
  const pairs = bits - ((bits >>> 1) & 0x55555555);
  const nibbles = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return imul((nibbles + (nibbles >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
