import { type InferenceSession, Tensor } from "onnxruntime-node";
import { alignFace, type EmbedderInput } from "./align.ts";
import type { FivePoints } from "./geometry.ts";
import type { ImagePyramid } from "./image.ts";

/** Turns aligned faces into embeddings. */
export class Embedder {
  readonly #session: InferenceSession;
  readonly #input: EmbedderInput;
  /** Images of one run: some nets are published for one at a time. */
  readonly #batch: 1 | 2;

  constructor(session: InferenceSession, input: EmbedderInput) {
    this.#session = session;
    this.#input = input;
    const [metadata] = session.inputMetadata;
    this.#batch = metadata?.isTensor && metadata.shape[0] === 1 ? 1 : 2;
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
    const pixels = new Float32Array(2 * length);
    const face = pixels.subarray(0, length);
    alignFace(pyramid, points, this.#input, face);
    mirror(face, pixels.subarray(length), size);
    const [straight, mirrored] =
      this.#batch === 2
        ? halves(await this.#run(pixels))
        : [await this.#run(face), await this.#run(pixels.subarray(length))];
    normalize(straight);
    normalize(mirrored);
    return normalize(straight.map((value, index) => value + (mirrored[index] as number)));
  }

  async #run(pixels: Float32Array): Promise<Float32Array> {
    const { size } = this.#input;
    const count = pixels.length / (3 * size * size);
    const outputs = await this.#session.run({
      [this.#session.inputNames[0] as string]: new Tensor("float32", pixels, [count, 3, size, size]),
    });
    return (outputs[this.#session.outputNames[0] as string] as Tensor).data as Float32Array;
  }
}

function halves(both: Float32Array): [Float32Array, Float32Array] {
  const half = both.length / 2;
  return [both.slice(0, half), both.slice(half)];
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
