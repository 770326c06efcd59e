import { type InferenceSession, Tensor } from "onnxruntime-node";
import { openSession } from "../session.ts";

/** A net that is opened when it is first run: most threads never need it, and it holds megabytes. */
export class LazySession {
  readonly #model: Uint8Array;
  #session: Promise<InferenceSession> | undefined;

  /** @param model an ONNX file with one input of floats. */
  constructor(model: Uint8Array) {
    this.#model = model;
  }

  /** @returns a function that gives the numbers of an output, and throws where there is no such output. */
  async run(input: Float32Array, dims: readonly number[]): Promise<(output: string) => Float32Array> {
    this.#session ??= openSession(this.#model);
    const session = await this.#session;
    const outputs = await session.run({
      [session.inputNames[0] as string]: new Tensor("float32", input, dims),
    });
    return (output) => {
      const tensor = outputs[output];
      if (tensor === undefined) throw new Error(`The net has no output ${output}`);
      return tensor.data as Float32Array;
    };
  }
}
