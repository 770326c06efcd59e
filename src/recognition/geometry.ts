/** A point in pixels, or in ratios of an image's width and height where a docstring says so. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** An axis-parallel box: in pixels, or in ratios of an image's width and height where a docstring says so. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/**
 * The five points that detectors find and embedders are aligned by. Left and right are the viewer's, as in
 * Rekognition's `eyeLeft`: the eye nearer to the image's left side on an upright, frontal face.
 */
export interface FivePoints {
  readonly eyeLeft: Point;
  readonly eyeRight: Point;
  readonly nose: Point;
  readonly mouthLeft: Point;
  readonly mouthRight: Point;
}

/** The points as a list, in the order that alignment templates use. */
export function pointList(points: FivePoints): readonly [Point, Point, Point, Point, Point] {
  return [points.eyeLeft, points.eyeRight, points.nose, points.mouthLeft, points.mouthRight];
}

/** The same points under another scale. */
export function scalePoints(points: FivePoints, scaleX: number, scaleY: number): FivePoints {
  return mapPoints(points, ({ x, y }) => ({ x: x * scaleX, y: y * scaleY }));
}

/** The same points elsewhere. */
export function mapPoints(points: FivePoints, place: (point: Point) => Point): FivePoints {
  return {
    eyeLeft: place(points.eyeLeft),
    eyeRight: place(points.eyeRight),
    nose: place(points.nose),
    mouthLeft: place(points.mouthLeft),
    mouthRight: place(points.mouthRight),
  };
}

/** The same box under another scale. */
export function scaleBox(box: Box, scaleX: number, scaleY: number): Box {
  return {
    left: box.left * scaleX,
    top: box.top * scaleY,
    width: box.width * scaleX,
    height: box.height * scaleY,
  };
}

/** Area of a box, in the square of its unit. */
export function area(box: Box): number {
  return box.width * box.height;
}

/** Intersection over union of two boxes, 0..1. */
export function intersectionOverUnion(a: Box, b: Box): number {
  const overlap = intersection(a, b);
  return overlap === 0 ? 0 : overlap / (area(a) + area(b) - overlap);
}

/** Area that two boxes share. */
export function intersection(a: Box, b: Box): number {
  const width = Math.min(a.left + a.width, b.left + b.width) - Math.max(a.left, b.left);
  const height = Math.min(a.top + a.height, b.top + b.height) - Math.max(a.top, b.top);
  return width > 0 && height > 0 ? width * height : 0;
}

/**
 * A similarity transform (rotation, uniform scale, shift) that takes a point (x, y) to
 * (a x - b y + tx, b x + a y + ty).
 */
export interface SimilarityTransform {
  readonly a: number;
  readonly b: number;
  readonly tx: number;
  readonly ty: number;
}

/**
 * The least-squares similarity transform between two lists of corresponding points: the closed form of
 * S. Umeyama, "Least-squares estimation of transformation parameters between two point patterns"
 * (IEEE PAMI 13, 1991) in two dimensions, without reflection.
 *
 * @param from at least two distinct points.
 * @param to as many points, in the same order.
 */
export function fitSimilarityTransform(from: readonly Point[], to: readonly Point[]): SimilarityTransform {
  const fromCentre = centroid(from);
  const toCentre = centroid(to);
  let dot = 0;
  let cross = 0;
  let spread = 0;
  for (const [index, point] of from.entries()) {
    const target = to[index] as Point;
    const fx = point.x - fromCentre.x;
    const fy = point.y - fromCentre.y;
    const gx = target.x - toCentre.x;
    const gy = target.y - toCentre.y;
    dot += fx * gx + fy * gy;
    cross += fx * gy - fy * gx;
    spread += fx * fx + fy * fy;
  }
  const a = dot / spread;
  const b = cross / spread;
  return {
    a,
    b,
    tx: toCentre.x - a * fromCentre.x + b * fromCentre.y,
    ty: toCentre.y - b * fromCentre.x - a * fromCentre.y,
  };
}

function centroid(points: readonly Point[]): Point {
  let x = 0;
  let y = 0;
  for (const point of points) {
    x += point.x;
    y += point.y;
  }
  return { x: x / points.length, y: y / points.length };
}
