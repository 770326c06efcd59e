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

/** How many vertices the mesh has. */
export const meshSize = 468;

/** As the conversion of the net to ONNX names it; its other output tells whether there is a face. */
const verticesOutput = "conv2d_21_1";

/**
 * The mesh of a face by a net with the contract of MediaPipe's face_landmark: 1 x size x size x 3 in, 468 times
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
  const output = await net.run(interleave(planes), [1, size, size, 3]);
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

/** Three planes as pixels of three channels. */
function interleave(planes: Float32Array): Float32Array {
  const plane = planes.length / 3;
  const pixels = new Float32Array(planes.length);
  for (let channel = 0; channel < 3; channel++) {
    for (let at = 0; at < plane; at++) pixels[3 * at + channel] = planes[channel * plane + at] as number;
  }
  return pixels;
}
