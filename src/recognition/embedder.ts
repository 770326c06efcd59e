import { alignFace, type EmbedderInput } from "./align.ts";
import type { FivePoints } from "./geometry.ts";
import type { ImagePyramid } from "./image.ts";
import type { Net } from "./net.ts";

/** How an embedder is run, and what its word counts. */
export interface EmbedderSettings extends EmbedderInput {
  /** What the net's cosine counts among those of its pack, above 0; together they are 1. */
  readonly share: number;
  /** Whether the mean of the face and its mirror image is taken, which takes twice the time. */
  readonly averagesMirror: boolean;
}

/** A net with its settings. */
export interface EmbedderNet {
  readonly net: Net;
  readonly settings: EmbedderSettings;
}

/** Turns aligned faces into embeddings, by one net or several. */
export class Embedder {
  readonly #nets: readonly EmbedderNet[];

  constructor(nets: readonly EmbedderNet[]) {
    this.#nets = nets;
  }

  /**
   * The embedding of one face: those of all nets one behind the other, each scaled to the root of its share, so
   * that the dot product of two is the mean of the nets' cosines, by share; of length 1.
   *
   * @param points in pixels of `pyramid.base`.
   */
  async embed(pyramid: ImagePyramid, points: FivePoints): Promise<Float32Array> {
    const parts: number[] = [];
    for (const { net, settings } of this.#nets) {
      const part = await embedBy(net, settings, pyramid, points);
      const factor = Math.sqrt(settings.share);
      for (const value of part) parts.push(factor * value);
    }
    return Float32Array.from(parts);
  }
}

/** The embedding by one net, of length 1. */
async function embedBy(
  net: Net,
  input: EmbedderSettings,
  pyramid: ImagePyramid,
  points: FivePoints,
): Promise<Float32Array> {
  const { size } = input;
  const face = new Float32Array(3 * size * size);
  alignFace(pyramid, points, input, face);
  const straight = await run(net, face, size);
  if (!input.averagesMirror) return straight;
  mirror(face, size);
  const mirrored = await run(net, face, size);
  return normalize(straight.map((value, index) => value + (mirrored[index] as number)));
}

/** Runs one image: some nets are published for one at a time, and more at a time are no faster. */
async function run(net: Net, face: Float32Array, size: number): Promise<Float32Array> {
  const outputs = await net.run(face, [1, 3, size, size]);
  return normalize(outputs());
}

/** Scales a vector to length 1, in place. */
function normalize(vector: Float32Array): Float32Array {
  let square = 0;
  for (const value of vector) square += value * value;
  const factor = 1 / Math.sqrt(square);
  for (let index = 0; index < vector.length; index++) vector[index] = (vector[index] as number) * factor;
  return vector;
}

/** Turns each row around, in place. */
function mirror(planes: Float32Array, size: number): void {
  for (let row = 0; row < planes.length; row += size) planes.subarray(row, row + size).reverse();
}
