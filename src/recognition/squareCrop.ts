import { alignFace, type EmbedderInput } from "./align.ts";
import type { Detection } from "./detect/detection.ts";
import { area, type FivePoints, type Point } from "./geometry.ts";
import type { ImagePyramid } from "./image.ts";

/** How a net wants its pixels that sees a square around the detector's box, turned until the eyes are level. */
export interface SquareInput extends Pick<EmbedderInput, "size" | "channels" | "mean" | "scale"> {
  /** Side of the square, in sides of a square of the box's area. */
  readonly margin: number;
}

/** Corners and centre of the unit square, in the places of the five points. */
const anchors: EmbedderInput["template"] = [
  { x: 0, y: 0 },
  { x: 1, y: 0 },
  { x: 0.5, y: 0.5 },
  { x: 0, y: 1 },
  { x: 1, y: 1 },
];

/**
 * Cuts the square out of an image.
 *
 * @param face in pixels of `pyramid.base`.
 * @param tilt of the eyes' line, in radians, clockwise.
 * @returns 3 x size x size floats, channel by channel.
 */
export function cutSquare(
  pyramid: ImagePyramid,
  face: Pick<Detection, "box">,
  tilt: number,
  input: SquareInput,
): Float32Array {
  const place = squareAround(face, tilt, input);
  const [eyeLeft, eyeRight, nose, mouthLeft, mouthRight] = anchors;
  const corners: FivePoints = {
    eyeLeft: place(eyeLeft),
    eyeRight: place(eyeRight),
    nose: place(nose),
    mouthLeft: place(mouthLeft),
    mouthRight: place(mouthRight),
  };
  const crop = new Float32Array(3 * input.size * input.size);
  alignFace(pyramid, corners, { ...input, template: anchors }, crop);
  return crop;
}

/** Where a point of the square, in ratios of its side, lies in the image. */
export function squareAround(
  { box }: Pick<Detection, "box">,
  tilt: number,
  { margin }: Pick<SquareInput, "margin">,
): (point: Point) => Point {
  const side = margin * Math.sqrt(area(box));
  const along = { x: side * Math.cos(tilt), y: side * Math.sin(tilt) };
  const centre = { x: box.left + box.width / 2, y: box.top + box.height / 2 };
  return ({ x, y }) => ({
    x: centre.x + (x - 0.5) * along.x - (y - 0.5) * along.y,
    y: centre.y + (x - 0.5) * along.y + (y - 0.5) * along.x,
  });
}

/** How far the line of the eyes is turned, in radians, clockwise. */
export function tiltOf({ eyeLeft, eyeRight }: Pick<FivePoints, "eyeLeft" | "eyeRight">): number {
  return Math.atan2(eyeRight.y - eyeLeft.y, eyeRight.x - eyeLeft.x);
}
