import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { halvesOf, valueOfHalf } from "../../../test/support/halves.ts";
import { rowBytesOf, VectorPages } from "./vectorPages.ts";

/** Inner products as the kernel computes them, of rows in one page. */
function products(rows: readonly Uint16Array[], query: Float32Array): number[] {
  const memory = new VectorPages();
  const rowBytes = rowBytesOf(query.length);
  const page = memory.take();
  for (const [index, row] of rows.entries()) {
    memory
      .bytes(page + index * rowBytes, rowBytes)
      .set(new Uint8Array(row.buffer, row.byteOffset, row.byteLength));
  }
  memory.setQuery(query);
  return [...memory.products(page, rows.length, rowBytes)];
}

describe("inner products of 16-bit floats", () => {
  test("every finite half keeps its value", () => {
    const finite = Array.from({ length: 0x10000 }, (_, bits) => bits).filter(
      (bits) => (bits & 0x7c00) !== 0x7c00,
    );
    for (let begin = 0; begin < finite.length; begin += 2048) {
      const some = finite.slice(begin, begin + 2048);
      const found = products(
        some.map((bits) => Uint16Array.of(0, bits)),
        Float32Array.of(0, 1),
      );
      expect(found.map((value) => value + 0)).toEqual(some.map((bits) => valueOfHalf(bits) + 0));
    }
  });

  test("are what a plain sum gives, for any number of components and rows", () => {
    const component = fc.double({ min: -1, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 520 }).chain((dimension) => {
          const vector = fc.array(component, { minLength: dimension, maxLength: dimension });
          return fc.tuple(fc.array(vector, { minLength: 1, maxLength: 9 }), vector);
        }),
        ([vectors, query]) => {
          const rows = vectors.map((vector) => halvesOf(Float32Array.from(vector)));
          const found = products(rows, Float32Array.from(query));
          for (const [index, row] of rows.entries()) {
            const expected = [...row].reduce(
              (sum, bits, at) => sum + valueOfHalf(bits) * Math.fround(query[at] as number),
              0,
            );
            expect(Math.abs((found[index] as number) - expected)).toBeLessThan(1e-6 * query.length);
          }
        },
      ),
      { numRuns: 50 },
    );
  });
});
