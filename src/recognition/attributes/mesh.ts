import type { Box, FivePoints, Point } from "../geometry.ts";

/** A vertex of the mesh: pixels of the image; `z` in the same unit, smaller nearer to the camera. */
export interface MeshPoint {
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

/** Vertices around each eye, left and right the viewer's. */
const eyes = {
  left: [33, 133, 159, 145, 158, 153, 160, 144],
  right: [263, 362, 386, 374, 385, 380, 387, 373],
} as const;

/**
 * The middle of an eye: the mean of the vertices around it.
 *
 * @param mesh see `readFaceMesh`.
 */
export function eyeOf(mesh: readonly MeshPoint[], side: keyof typeof eyes): Point {
  const around = eyes[side].map((vertex) => mesh[vertex] as MeshPoint);
  const mean = (axis: "x" | "y") => around.reduce((sum, point) => sum + point[axis], 0) / around.length;
  return { x: mean("x"), y: mean("y") };
}

const [noseTip, mouthLeft, mouthRight] = [1, 61, 291] as const;

/** The five points of a mesh that detectors tell too. They lie a little elsewhere, so that templates are of their own. */
export function fivePointsOf(mesh: readonly MeshPoint[]): FivePoints {
  const flat = (vertex: number): Point => {
    const { x, y } = mesh[vertex] as MeshPoint;
    return { x, y };
  };
  return {
    eyeLeft: eyeOf(mesh, "left"),
    eyeRight: eyeOf(mesh, "right"),
    nose: flat(noseTip),
    mouthLeft: flat(mouthLeft),
    mouthRight: flat(mouthRight),
  };
}

const [forehead, chin] = [10, 152] as const;

/** How far above the mesh's highest vertex a forehead goes on, in heights of the mesh, up to where detectors see it end. */
const aboveMesh = 0.1;

/** The box around a face that detectors would give. */
export function boxOfMesh(mesh: readonly MeshPoint[]): Box {
  const [top, bottom] = [mesh[forehead] as MeshPoint, mesh[chin] as MeshPoint];
  const hairline: Point = {
    x: top.x + aboveMesh * (top.x - bottom.x),
    y: top.y + aboveMesh * (top.y - bottom.y),
  };
  const xs = [hairline, ...mesh].map(({ x }) => x);
  const ys = [hairline, ...mesh].map(({ y }) => y);
  const [left, upper] = [Math.min(...xs), Math.min(...ys)];
  return { left, top: upper, width: Math.max(...xs) - left, height: Math.max(...ys) - upper };
}
