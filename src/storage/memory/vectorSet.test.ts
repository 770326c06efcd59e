import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { halvesOf } from "../../../test/support/halves.ts";
import { VectorPages } from "./vectorPages.ts";
import { DimensionError, VectorSet } from "./vectorSet.ts";

/** So many that four vectors fill a page of memory. */
const dimension = 8192;

/** A vector on the first two axes, at an angle to the first. */
function atAngle(radians: number): Float32Array {
  return Float32Array.from(
    { length: dimension },
    (_, axis) => [Math.cos(radians), Math.sin(radians)][axis] ?? 0,
  );
}

function bytesAtAngle(radians: number): Uint8Array {
  return new Uint8Array(halvesOf(atAngle(radians)).buffer);
}

const query = { embedding: atAngle(0), minimumCosine: -1, limit: 100 };

describe("a set of vectors", () => {
  test("has what was put and not removed, whatever happened before", async () => {
    const id = fc.integer({ min: 0, max: 20 }).map((number) => `id-${number}`);
    const step = fc.oneof(
      { weight: 5, arbitrary: fc.record({ put: id, angle: fc.double({ min: 0, max: 3, noNaN: true }) }) },
      { weight: 2, arbitrary: fc.record({ remove: id }) },
      { weight: 1, arbitrary: fc.record({ keep: fc.uniqueArray(id) }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const set = new VectorSet(new VectorPages());
        const expected = new Map<string, number>();
        for (const step of steps) {
          if ("put" in step) {
            set.put(step.put, bytesAtAngle(step.angle));
            expected.set(step.put, Math.cos(step.angle));
          } else if ("remove" in step) {
            set.remove(step.remove);
            expected.delete(step.remove);
          } else {
            set.keep(new Set(step.keep));
            for (const id of expected.keys()) if (!step.keep.includes(id)) expected.delete(id);
          }
        }
        const found = await set.nearest(query);
        expect(new Set(found.map(({ id }) => id))).toEqual(new Set(expected.keys()));
        for (const { id, cosine } of found) expect(cosine).toBeCloseTo(expected.get(id) as number, 2);
        expect(set.size).toBe(expected.size);
      }),
      { numRuns: 30 },
    );
  });

  test("lets other work have a turn while it compares many", async () => {
    const set = new VectorSet(new VectorPages());
    const vector = bytesAtAngle(1);
    // 8 MiB and one page more.
    for (let index = 0; index < 4 * 129; index++) set.put(`id-${index}`, vector);
    let hadTurn = false;
    setImmediate(() => {
      hadTurn = true;
    });
    expect(await set.nearest({ ...query, limit: 1000 })).toHaveLength(4 * 129);
    expect(hadTurn).toBe(true);
  });

  test("leaves nothing in memory that it gave back", () => {
    const memory = new VectorPages();
    const set = new VectorSet(memory);
    for (let index = 0; index < 9; index++) set.put(`id-${index}`, bytesAtAngle(index));
    set.remove("id-0");
    set.clear();
    expect(set.bytes).toBe(0);
    for (let page = 0; page < 3; page++) {
      expect(memory.bytes(memory.take(), 65_536).every((byte) => byte === 0)).toBe(true);
    }
  });

  test("refuses vectors of another length", async () => {
    const set = new VectorSet(new VectorPages());
    set.put("id", bytesAtAngle(1));
    expect(() => set.put("other", new Uint8Array(32))).toThrow(DimensionError);
    await expect(set.nearest({ ...query, embedding: new Float32Array(16) })).rejects.toBeInstanceOf(
      DimensionError,
    );
  });
});
