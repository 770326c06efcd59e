import { constants, setPriority } from "node:os";
import { workerData } from "piscina";
import { Analyzer } from "../analyze.ts";
import { type AnalyzedImage, type FaceRequest, ImageError, type ImageFault } from "../contract.ts";
import type { RecognitionModels } from "../models.ts";

/** An image to analyse, or the question whether the nets run. */
export type WorkerTask =
  | { readonly bytes: Uint8Array<ArrayBuffer>; readonly request: FaceRequest }
  | { readonly check: true };

/** What a thread answers; it throws nothing, so that what is thrown is its end. */
export type WorkerAnswer =
  /** `work` is how long the thread had it, in milliseconds. */
  | { readonly image: AnalyzedImage; readonly work: number }
  /** Errors lose their class between threads, so a fault of the image comes as a value. */
  | { readonly fault: ImageFault }
  | { readonly checked: true }
  | { readonly failure: unknown };

/** What a thread is started with. */
export interface ThreadData {
  readonly models: RecognitionModels;
  /** Whether it gives way to everything else that wants a processor. */
  readonly yielding: boolean;
}

const { models, yielding } = workerData as ThreadData;
// Elsewhere than on Linux the priority is that of the whole process.
if (yielding && process.platform === "linux") setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
const analyzer = await Analyzer.open(models);

/** Does one task; the entry that the pool calls. */
export default async function work(task: WorkerTask): Promise<WorkerAnswer> {
  try {
    if ("check" in task) {
      await analyzer.check();
      return { checked: true };
    }
    const start = performance.now();
    const image = await analyzer.analyze(task.bytes, task.request);
    return { image, work: performance.now() - start };
  } catch (error) {
    return error instanceof ImageError ? { fault: error.fault } : { failure: error };
  }
}
