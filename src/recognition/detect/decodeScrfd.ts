import type { Detection } from "./detection.ts";
import { type GridDecoder, strides } from "./grids.ts";

/** Guesses that SCRFD makes at each cell. */
const anchors = 2;

/**
 * Reads the nine outputs of an SCRFD detector with points, as InsightFace's `scrfd.py` does. Distances count from
 * the cell's corner, in strides: to the left, the top, the right and the bottom of the box; to each point.
 */
export const decodeScrfd: GridDecoder = (outputs, { width, height }, minimumScore) => {
  const detections: Detection[] = [];
  for (const stride of strides) {
    const scores = outputs(`score_${stride}`);
    const bbox = outputs(`bbox_${stride}`);
    const kps = outputs(`kps_${stride}`);
    const columns = width / stride;
    const guesses = anchors * columns * (height / stride);
    for (let guess = 0; guess < guesses; guess++) {
      const score = scores[guess] as number;
      if (score < minimumScore) continue;
      const cell = Math.floor(guess / anchors);
      const column = cell % columns;
      const row = (cell - column) / columns;
      const distance = (side: number) => bbox[guess * 4 + side] as number;
      const point = (index: number) => ({
        x: (column + (kps[guess * 10 + index * 2] as number)) * stride,
        y: (row + (kps[guess * 10 + index * 2 + 1] as number)) * stride,
      });
      detections.push({
        score,
        box: {
          left: (column - distance(0)) * stride,
          top: (row - distance(1)) * stride,
          width: (distance(0) + distance(2)) * stride,
          height: (distance(1) + distance(3)) * stride,
        },
        points: {
          eyeLeft: point(0),
          eyeRight: point(1),
          nose: point(2),
          mouthLeft: point(3),
          mouthRight: point(4),
        },
      });
    }
  }
  return detections;
};
