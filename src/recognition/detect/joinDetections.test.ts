import { describe, expect, test } from "@jest/globals";
import type { Box, FivePoints } from "../geometry.ts";
import type { Detection } from "./detection.ts";
import { joinDetections, supportingScore } from "./joinDetections.ts";

const settings = { minimumScore: 0.75, maximumOverlap: 0.3 };

function pointsAt({ left, top, width, height }: Box): FivePoints {
  const at = (x: number, y: number) => ({ x: left + x * width, y: top + y * height });
  return {
    eyeLeft: at(0.3, 0.4),
    eyeRight: at(0.7, 0.4),
    nose: at(0.5, 0.6),
    mouthLeft: at(0.35, 0.8),
    mouthRight: at(0.65, 0.8),
  };
}

function detection(score: number, left: number, side = 100): Detection {
  const box = { left, top: 0, width: side, height: side };
  return { score, box, points: pointsAt(box) };
}

describe("joinDetections", () => {
  test("a face alone stays as it is", () => {
    const [face] = joinDetections([detection(0.9, 10)], settings);
    expect(face?.score).toBe(0.9);
    expect(face?.box.left).toBeCloseTo(10, 9);
    expect(face?.points.nose.x).toBeCloseTo(60, 9);
  });

  test("box and points are the mean of detections that agree, by their score above the least", () => {
    const [face, ...others] = joinDetections([detection(0.8, 0), detection(0.9, 10)], settings);
    expect(others).toEqual([]);
    expect(face?.score).toBe(0.9);
    // Weights 0.4 and 0.3.
    expect(face?.box.left).toBeCloseTo(40 / 7, 9);
    expect(face?.points.eyeLeft.x).toBeCloseTo(30 + 40 / 7, 9);
    expect(face?.box.width).toBeCloseTo(100, 9);
  });

  test("a detection too weak to be a face speaks for one, but makes none", () => {
    const [face, ...others] = joinDetections(
      [detection(0.9, 0), detection(0.7, 10), detection(0.7, 500)],
      settings,
    );
    expect(others).toEqual([]);
    expect(face?.box.left).toBeCloseTo((0.2 / 0.6) * 10, 9);
  });

  test("one that comes or goes at the least score moves nothing", () => {
    const alone = joinDetections([detection(0.9, 0)], settings);
    const joined = joinDetections([detection(0.9, 0), detection(supportingScore(settings), 10)], settings);
    expect(joined[0]?.box.left).toBeCloseTo(alone[0]?.box.left ?? Number.NaN, 9);
  });

  test("of boxes that overlap a little the best is kept, and the other does not move it", () => {
    const [face, ...others] = joinDetections([detection(0.8, 50), detection(0.9, 0)], settings);
    expect(others).toEqual([]);
    expect(face?.box.left).toBeCloseTo(0, 9);
  });

  test("a part of a face that lies in it is none of its own", () => {
    expect(joinDetections([detection(0.9, 0), detection(0.8, 20, 30)], settings)).toHaveLength(1);
  });

  test("two faces come best first", () => {
    const faces = joinDetections([detection(0.8, 0), detection(0.95, 300)], settings);
    expect(faces.map(({ score }) => score)).toEqual([0.95, 0.8]);
  });

  test("does not depend on the order of what was seen", () => {
    const seen = [detection(0.8, 0), detection(0.95, 4), detection(0.6, 8), detection(0.9, 300)];
    const [face] = joinDetections(seen, settings);
    const [same] = joinDetections(seen.toReversed(), settings);
    expect(same?.points.nose.x).toBeCloseTo(face?.points.nose.x ?? Number.NaN, 9);
  });
});
