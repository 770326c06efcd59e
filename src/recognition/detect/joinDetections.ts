import {
  area,
  type Box,
  type FivePoints,
  intersection,
  intersectionOverUnion,
  type Point,
} from "../geometry.ts";
import type { Detection } from "./detection.ts";

/** How detections become faces. */
export interface JoinSettings {
  /** A face must score so much, 0..1. */
  readonly minimumScore: number;
  /** Of detections that overlap more than this (intersection over union), the best is a face, the others are not. */
  readonly maximumOverlap: number;
}

/** Overlap (intersection over union) from which a detection speaks for another's face. */
const agreeingOverlap = 0.6;

/** The least score that speaks for another's face, as a share of the least that makes a face. */
const supportingShare = 2 / 3;

/** The least score of detections that `joinDetections` can use. */
export function supportingScore({ minimumScore }: Pick<JoinSettings, "minimumScore">): number {
  return supportingShare * minimumScore;
}

/**
 * Makes faces of what all cells and looks saw: the best of detections that overlap, or of which one lies in the
 * other (seen at two scales), with the mean box and points of all that agree with it. Each cell errs in its own
 * way, so that the mean is steadier than the best, which may change with the last bit of a pixel. A detection
 * counts by its score above the least that is used, so that one which comes or goes there moves nothing.
 *
 * @returns best score first.
 */
export function joinDetections(detections: readonly Detection[], settings: JoinSettings): Detection[] {
  const faces: Detection[] = [];
  for (const candidate of detections.toSorted((a, b) => b.score - a.score)) {
    if (candidate.score < settings.minimumScore) break;
    if (!faces.some(({ box }) => isSameFace(box, candidate.box, settings.maximumOverlap))) {
      faces.push(candidate);
    }
  }
  return faces.map((best) => meanOf(best, detections, supportingScore(settings)));
}

function meanOf(best: Detection, detections: readonly Detection[], leastScore: number): Detection {
  const agreeing = detections.filter(({ box }) => intersectionOverUnion(best.box, box) > agreeingOverlap);
  const total = agreeing.reduce((sum, { score }) => sum + score - leastScore, 0);
  const mean = (read: (detection: Detection) => number) =>
    agreeing.reduce((sum, detection) => sum + (detection.score - leastScore) * read(detection), 0) / total;
  const point = (name: keyof FivePoints): Point => ({
    x: mean(({ points }) => points[name].x),
    y: mean(({ points }) => points[name].y),
  });
  return {
    score: best.score,
    box: {
      left: mean(({ box }) => box.left),
      top: mean(({ box }) => box.top),
      width: mean(({ box }) => box.width),
      height: mean(({ box }) => box.height),
    },
    points: {
      eyeLeft: point("eyeLeft"),
      eyeRight: point("eyeRight"),
      nose: point("nose"),
      mouthLeft: point("mouthLeft"),
      mouthRight: point("mouthRight"),
    },
  };
}

/** Share of the smaller box that lies in the larger one from which the two are taken for one face. */
const nestedShare = 0.8;

function isSameFace(a: Box, b: Box, maximumOverlap: number): boolean {
  if (intersectionOverUnion(a, b) > maximumOverlap) return true;
  return intersection(a, b) > nestedShare * Math.min(area(a), area(b));
}
