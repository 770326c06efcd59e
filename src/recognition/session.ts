import { InferenceSession } from "onnxruntime-node";

/**
 * Opens an ONNX model for one thread: recognition runs as many single-threaded sessions as there are cores,
 * which is faster than one session on all of them.
 */
export function openSession(model: Uint8Array): Promise<InferenceSession> {
  return InferenceSession.create(model, {
    executionProviders: ["cpu"],
    executionMode: "sequential",
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    graphOptimizationLevel: "all",
    logSeverityLevel: 3,
  });
}
