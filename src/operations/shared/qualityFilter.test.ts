import type { QualityFilter } from "@aws-sdk/client-rekognition";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { type MeasuredFace, type Shortcoming, shortcomingsOf } from "../../recognition/requirements.ts";
import { reasonsFor, requirementsOf } from "./qualityFilter.ts";

const fromLaxToStrict: readonly QualityFilter[] = ["NONE", "LOW", "AUTO", "MEDIUM", "HIGH"];

const percent = fc.double({ min: 0, max: 100, noNaN: true });
const angle = fc.double({ min: -90, max: 90, noNaN: true });
const side = fc.double({ min: 0, max: 200, noNaN: true });
const anyFace: fc.Arbitrary<MeasuredFace> = fc.record({
  confidence: percent,
  quality: fc.record({ brightness: percent, sharpness: percent }),
  pose: fc.record({ roll: angle, yaw: angle, pitch: angle }),
  box: fc.record({ left: side, top: side, width: side, height: side }),
});

describe("requirementsOf", () => {
  test("each stricter level refuses what a laxer one refuses, for the same reasons at least", () => {
    fc.assert(
      fc.property(anyFace, (face) => {
        let laxer: Shortcoming[] = [];
        for (const filter of fromLaxToStrict) {
          const missed = shortcomingsOf(face, requirementsOf(filter));
          expect(missed).toEqual(expect.arrayContaining(laxer));
          laxer = missed;
        }
      }),
    );
  });

  test("each level asks more than the one before, of everything", () => {
    const asked = fromLaxToStrict.slice(1).map((filter) => requirementsOf(filter));
    for (const [index, stricter] of asked.entries()) {
      const laxer = asked[index - 1];
      if (laxer === undefined || stricter === undefined) continue;
      expect(stricter.turn).toBeLessThan(laxer.turn);
      for (const name of ["confidence", "brightness", "sharpness", "boxSide"] as const) {
        expect(stricter[name]).toBeGreaterThan(laxer[name]);
      }
    }
  });

  test("NONE takes every face", () => {
    fc.assert(
      fc.property(anyFace, (face) => expect(shortcomingsOf(face, requirementsOf("NONE"))).toEqual([])),
    );
  });

  test("HIGH takes a good face", () => {
    const face: MeasuredFace = {
      confidence: 99,
      quality: { brightness: 80, sharpness: 60 },
      pose: { roll: 5, yaw: 10, pitch: -10 },
      box: { left: 10, top: 10, width: 120, height: 150 },
    };
    expect(shortcomingsOf(face, requirementsOf("HIGH"))).toEqual([]);
  });
});

describe("reasonsFor", () => {
  test("names each shortcoming as Rekognition does, in order", () => {
    expect(reasonsFor(["turn", "boxSide", "confidence", "sharpness", "brightness"])).toEqual([
      "EXTREME_POSE",
      "SMALL_BOUNDING_BOX",
      "LOW_CONFIDENCE",
      "LOW_SHARPNESS",
      "LOW_BRIGHTNESS",
    ]);
  });
});
