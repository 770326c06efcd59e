import { describe, expect, test } from "@jest/globals";
import { type FaceRequirements, type MeasuredFace, shortcomingsOf } from "./requirements.ts";

const requirements: FaceRequirements = {
  confidence: 80,
  brightness: 30,
  sharpness: 20,
  turn: 45,
  boxSide: 50,
};

/** Meets every requirement, with nothing to spare. */
const face: MeasuredFace = {
  confidence: 80,
  quality: { brightness: 30, sharpness: 20 },
  pose: { roll: 0, yaw: 45, pitch: -45 },
  box: { left: 0, top: 0, width: 50, height: 50 },
};

describe("shortcomingsOf", () => {
  test("a face on every bound meets them all", () => {
    expect(shortcomingsOf(face, requirements)).toEqual([]);
  });

  test.each<[string, Partial<MeasuredFace>, keyof FaceRequirements]>([
    ["less confidence", { confidence: 79.9 }, "confidence"],
    ["less light", { quality: { ...face.quality, brightness: 29.9 } }, "brightness"],
    ["less focus", { quality: { ...face.quality, sharpness: 19.9 } }, "sharpness"],
    ["more turn to the left", { pose: { ...face.pose, yaw: -45.1 } }, "turn"],
    ["more turn to the right", { pose: { ...face.pose, yaw: 45.1 } }, "turn"],
    ["more nod up", { pose: { ...face.pose, pitch: 45.1 } }, "turn"],
    ["more nod down", { pose: { ...face.pose, pitch: -45.1 } }, "turn"],
    ["a narrower box", { box: { ...face.box, width: 49.9 } }, "boxSide"],
    ["a lower box", { box: { ...face.box, height: 49.9 } }, "boxSide"],
  ])("%s is named alone", (_, change, shortcoming) => {
    expect(shortcomingsOf({ ...face, ...change }, requirements)).toEqual([shortcoming]);
  });

  test("a head upside down is no shortcoming", () => {
    expect(shortcomingsOf({ ...face, pose: { ...face.pose, roll: 180 } }, requirements)).toEqual([]);
  });

  const hopeless: MeasuredFace = {
    confidence: 0,
    quality: { brightness: 0, sharpness: 0 },
    pose: { roll: 0, yaw: 90, pitch: 90 },
    box: { left: 0, top: 0, width: 1, height: 1 },
  };

  test("all are named, each once", () => {
    expect(shortcomingsOf(hopeless, requirements).sort()).toEqual(Object.keys(requirements).sort());
  });

  test("nothing is asked without requirements", () => {
    expect(shortcomingsOf(hopeless, undefined)).toEqual([]);
  });
});
