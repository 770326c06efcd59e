import { alignFace, type EmbedderInput } from "../align.ts";
import { type Box, type FivePoints, fitSimilarityTransform, type Point, pointList } from "../geometry.ts";
import type { ImagePyramid } from "../image.ts";
import type { ExpressionFormulas } from "./expression.ts";
import type { LazySession } from "./lazySession.ts";
import type { MeshPoseFormula } from "./meshPose.ts";

/** A vertex of the mesh: pixels of the image; `z` in the same unit, smaller nearer to the camera. */
export interface MeshPoint {
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

/** How a net for meshes is run, and what follows from its meshes. */
export interface FaceMeshInput extends EmbedderInput {
  /** The net's name for the vertices; its other outputs tell whether there is a face. */
  readonly output: string;
  /**
   * Where the five points of the mesh itself belong, in ratios of `size`. With it a mesh is read twice, the second time
   * by its own points: what a detector's points err by moves it less.
   */
  readonly ownTemplate?: EmbedderInput["template"];
  readonly expressions: ExpressionFormulas;
  /** For a mesh that tells the head's pose where there is no net for it. */
  readonly pose?: MeshPoseFormula;
}

/**
 * The mesh of a face by a net of MediaPipe's: 1 x 3 x size x size in, x, y, z of each vertex in pixels of the crop out.
 *
 * @param points in pixels of `pyramid.base`.
 * @returns points numbered as MediaPipe numbers them: 468 of the face, and 10 of the irises where the net tells them.
 */
export async function readFaceMesh(
  net: LazySession,
  input: FaceMeshInput,
  pyramid: ImagePyramid,
  points: FivePoints,
): Promise<MeshPoint[]> {
  const mesh = await readOnce(net, input, pyramid, points);
  const { ownTemplate: template } = input;
  return template === undefined ? mesh : readOnce(net, { ...input, template }, pyramid, fivePointsOf(mesh));
}

async function readOnce(
  net: LazySession,
  input: FaceMeshInput,
  pyramid: ImagePyramid,
  points: FivePoints,
): Promise<MeshPoint[]> {
  const { size, template } = input;
  const planes = new Float32Array(3 * size * size);
  alignFace(pyramid, points, input, planes);
  const output = await net.run(planes, [1, 3, size, size]);
  const { a, b, tx, ty } = fitSimilarityTransform(
    template.map(({ x, y }) => ({ x: x * size, y: y * size })),
    pointList(points),
  );
  const scale = Math.hypot(a, b);
  const vertices = output(input.output);
  return Array.from({ length: vertices.length / 3 }, (_, index) => {
    const x = vertices[3 * index] as number;
    const y = vertices[3 * index + 1] as number;
    const z = vertices[3 * index + 2] as number;
    return { x: a * x - b * y + tx, y: b * x + a * y + ty, z: scale * z };
  });
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
