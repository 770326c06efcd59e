import { alignFace, type EmbedderInput } from "../align.ts";
import { type FivePoints, fitSimilarityTransform, pointList } from "../geometry.ts";
import type { ImagePyramid } from "../image.ts";
import type { LazyNet } from "../lazyNet.ts";
import type { ExpressionFormulas } from "./expression.ts";
import { fivePointsOf, type MeshPoint } from "./mesh.ts";
import type { MeshPoseFormula } from "./meshPose.ts";

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
  net: LazyNet,
  input: FaceMeshInput,
  pyramid: ImagePyramid,
  points: FivePoints,
): Promise<MeshPoint[]> {
  const mesh = await readOnce(net, input, pyramid, points);
  const { ownTemplate: template } = input;
  return template === undefined ? mesh : readOnce(net, { ...input, template }, pyramid, fivePointsOf(mesh));
}

async function readOnce(
  net: LazyNet,
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
