import { Net, type NetOutputs } from "./net.ts";

/** A net that is opened when it is first run: most threads never need it, and it holds megabytes. */
export class LazyNet {
  readonly #onnx: Uint8Array;
  #net: Promise<Net> | undefined;

  /** @param onnx an ONNX file with one input of floats. */
  constructor(onnx: Uint8Array) {
    this.#onnx = onnx;
  }

  /** See `Net.run`. */
  async run(input: Float32Array, dims: readonly number[]): Promise<NetOutputs> {
    this.#net ??= Net.open(this.#onnx);
    return (await this.#net).run(input, dims);
  }
}
