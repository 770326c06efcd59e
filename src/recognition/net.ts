import { InferenceSession, Tensor } from "onnxruntime-node";

/** The numbers of an output, by its name; of the first output without one. @throws when there is no such output. */
export type NetOutputs = (name?: string) => Float32Array;

/** A net that is run on one input of floats, and opened: the one place that knows how onnxruntime does it. */
export class Net {
  readonly #session: InferenceSession;

  private constructor(session: InferenceSession) {
    this.#session = session;
  }

  /**
   * Opens an ONNX file for one thread: recognition runs as many single-threaded sessions as there are cores, which is
   * faster than one session on all of them.
   */
  static async open(onnx: Uint8Array): Promise<Net> {
    return new Net(
      await InferenceSession.create(onnx, {
        executionProviders: ["cpu"],
        executionMode: "sequential",
        intraOpNumThreads: 1,
        interOpNumThreads: 1,
        graphOptimizationLevel: "all",
        logSeverityLevel: 3,
      }),
    );
  }

  /** @param dims of the input, batch first. */
  async run(input: Float32Array, dims: readonly number[]): Promise<NetOutputs> {
    const { inputNames, outputNames } = this.#session;
    const outputs = await this.#session.run({
      [inputNames[0] as string]: new Tensor("float32", input, dims),
    });
    return (name = outputNames[0] as string) => {
      const tensor = outputs[name];
      if (tensor === undefined) throw new Error(`The net has no output ${name}`);
      return tensor.data as Float32Array;
    };
  }
}
