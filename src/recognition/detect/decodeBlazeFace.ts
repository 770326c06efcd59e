import type { FivePoints, Point } from "../geometry.ts";
import type { Detection } from "./detection.ts";
import type { GridDecoder } from "./grids.ts";

/** The grids of cells: their sizes in pixels, and how many guesses each cell makes. */
const grids = [
  { stride: 8, guesses: 2 },
  { stride: 16, guesses: 6 },
] as const;

/** Numbers that tell the place of a guess: centre and size of the box, then the points. */
const placeNumbers = 16;

/** Half the distance of the corners of a mouth, in distances of the eyes. */
const halfMouth = 0.41;

/**
 * Reads the outputs of MediaPipe's BlazeFace for short range, as `prepareBlazeFace` names them. Places count from the
 * middle of a cell, in pixels, as MediaPipe's `tensors_to_detections_calculator` reads them.
 *
 * The net tells the middle of the mouth; its corners are put beside that along the line of the eyes.
 */
export const decodeBlazeFace: GridDecoder = (outputs, { width, height }, minimumScore) => {
  const detections: Detection[] = [];
  const leastRaw = Math.log(minimumScore / (1 - minimumScore));
  for (const { stride, guesses } of grids) {
    const heads = outputs(`heads_${stride}`);
    const columns = width / stride;
    const cells = columns * (height / stride);
    for (let guess = 0; guess < guesses; guess++) {
      const scores = guess * cells;
      const places = (guesses + guess * placeNumbers) * cells;
      for (let cell = 0; cell < cells; cell++) {
        const raw = heads[scores + cell] as number;
        if (raw < leastRaw) continue;
        const column = cell % columns;
        const row = (cell - column) / columns;
        const number = (index: number) => heads[places + index * cells + cell] as number;
        const point = (index: number) => ({
          x: (column + 0.5) * stride + number(2 * index),
          y: (row + 0.5) * stride + number(2 * index + 1),
        });
        const centre = point(0);
        const [boxWidth, boxHeight] = [number(2), number(3)];
        detections.push({
          score: 1 / (1 + Math.exp(-raw)),
          box: {
            left: centre.x - boxWidth / 2,
            top: centre.y - boxHeight / 2,
            width: boxWidth,
            height: boxHeight,
          },
          points: withCorners(point(2), point(3), point(4), point(5)),
        });
      }
    }
  }
  return detections;
};

function withCorners(eyeLeft: Point, eyeRight: Point, nose: Point, mouth: Point): FivePoints {
  const along = { x: halfMouth * (eyeRight.x - eyeLeft.x), y: halfMouth * (eyeRight.y - eyeLeft.y) };
  return {
    eyeLeft,
    eyeRight,
    nose,
    mouthLeft: { x: mouth.x - along.x, y: mouth.y - along.y },
    mouthRight: { x: mouth.x + along.x, y: mouth.y + along.y },
  };
}
