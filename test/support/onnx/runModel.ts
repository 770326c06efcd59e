import { Worker } from "node:worker_threads";

/** A `float32` tensor as plain data. */
export interface Feed {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

/**
 * onnxruntime refuses typed arrays of the realm in which jest runs tests, so that sessions live in a worker, whose
 * code must be plain JavaScript.
 */
const workerCode = `
  const { parentPort, workerData } = require("node:worker_threads");
  const { InferenceSession, Tensor } = require("onnxruntime-node");
  const run = async ({ model, feeds }) => {
    const session = await InferenceSession.create(model, { intraOpNumThreads: 1, logSeverityLevel: 3 });
    const results = [];
    for (const { dims, data } of feeds) {
      const outputs = await session.run({ [session.inputNames[0]]: new Tensor("float32", data, dims) });
      results.push(Object.entries(outputs).map(([name, { dims, data }]) => ({ name, dims: [...dims], data })));
    }
    return results;
  };
  run(workerData).then((results) => parentPort.postMessage(results));
`;

/** Runs a model of one input on each feed, in onnxruntime. For tests. */
export async function runModel(
  model: Uint8Array,
  feeds: readonly Feed[],
): Promise<({ readonly name: string } & Feed)[][]> {
  const worker = new Worker(workerCode, { eval: true, workerData: { model, feeds } });
  return new Promise((resolve, reject) => {
    worker.once("message", resolve).once("error", reject);
  });
}

/** The largest difference between two tensors, relative to the norm of the first. */
export function relativeDifference(expected: Float32Array, actual: Float32Array): number {
  if (expected.length !== actual.length) return Number.POSITIVE_INFINITY;
  const norm = Math.hypot(...expected);
  return Math.max(...expected.map((value, index) => Math.abs(value - (actual[index] ?? Number.NaN)))) / norm;
}

/** Reproducible numbers in -1..1. */
export function noise(length: number, seed = 1): Float32Array {
  let state = seed;
  return Float32Array.from({ length }, () => {
    // Numerical Recipes' linear congruential generator.
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}
