import { alignFace, type EmbedderInput } from "../align.ts";
import { type FivePoints, fitSimilarityTransform, pointList } from "../geometry.ts";
import type { ImagePyramid } from "../image.ts";
import type { LazySession } from "./lazySession.ts";

/** A vertex of the mesh: pixels of the image; `z` in the same unit, smaller nearer to the camera. */
export interface MeshPoint {
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

/** How many vertices the mesh has: those of the face, then five of each iris. */
export const meshSize = 478;

/** The net's name for the vertices; its other outputs tell whether there is a face. */
const verticesOutput = "Identity";

/**
 * The mesh of a face by a net with the contract of MediaPipe's Face Landmarker: 1 x 3 x size x size in, 478 times
 * x, y, z in pixels of the crop out.
 *
 * @param points in pixels of `pyramid.base`.
 * @returns `meshSize` points, numbered as MediaPipe numbers them.
 */
export async function readFaceMesh(
  net: LazySession,
  input: EmbedderInput,
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
  const vertices = output(verticesOutput);
  return Array.from({ length: meshSize }, (_, index) => {
    const x = vertices[3 * index] as number;
    const y = vertices[3 * index + 1] as number;
    const z = vertices[3 * index + 2] as number;
    return { x: a * x - b * y + tx, y: b * x + a * y + ty, z: scale * z };
  });
}
