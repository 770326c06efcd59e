import { type InferenceSession, Tensor } from "onnxruntime-node";
import { alignFace, type EmbedderInput } from "./align.ts";
import type { FivePoints } from "./geometry.ts";
import type { ImagePyramid } from "./image.ts";

/** Turns aligned faces into embeddings. */
export class Embedder {
  readonly #session: InferenceSession;
  readonly #input: EmbedderInput;

  constructor(session: InferenceSession, input: EmbedderInput) {
    this.#session = session;
    this.#input = input;
  }

  /**
   * The embedding of one face: the mean of the face and its mirror image, scaled to length 1, so that the dot
   * product of two embeddings is their cosine.
   *
   * @param points in pixels of `pyramid.base`.
   */
  async embed(pyramid: ImagePyramid, points: FivePoints): Promise<Float32Array> {
    const { size } = this.#input;
    const length = 3 * size * size;
    const batch = new Float32Array(2 * length);
    const face = batch.subarray(0, length);
    alignFace(pyramid, points, this.#input, face);
    mirror(face, batch.subarray(length), size);
    const outputs = await this.#session.run({
      [this.#session.inputNames[0] as string]: new Tensor("float32", batch, [2, 3, size, size]),
    });
    const both = (outputs[this.#session.outputNames[0] as string] as Tensor).data as Float32Array;
    const dimension = both.length / 2;
    const straight = normalize(both.slice(0, dimension));
    const mirrored = normalize(both.slice(dimension));
    return normalize(straight.map((value, index) => value + (mirrored[index] as number)));
  }
}

/** Scales a vector to length 1, in place. */
function normalize(vector: Float32Array): Float32Array {
  let square = 0;
  for (const value of vector) square += value * value;
  const factor = 1 / Math.sqrt(square);
  for (let index = 0; index < vector.length; index++) vector[index] = (vector[index] as number) * factor;
  return vector;
}

function mirror(from: Float32Array, to: Float32Array, size: number): void {
  for (let row = 0; row < from.length; row += size) {
    for (let x = 0; x < size; x++) to[row + x] = from[row + size - 1 - x] as number;
  }
}
