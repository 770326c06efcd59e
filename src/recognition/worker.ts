import { workerData } from "piscina";
import { type AnalyzedImage, Analyzer, type FaceRequest, type RecognitionModels } from "./analyze.ts";
import { ImageError, type ImageFault } from "./decode.ts";

/** An image to analyse, or the question whether the nets run. */
export type WorkerTask =
  | { readonly bytes: Uint8Array<ArrayBuffer>; readonly request: FaceRequest }
  | { readonly check: true };

/** Errors lose their class between threads, so a fault of the image comes back as a value. */
export type WorkerAnswer =
  /** `work` is how long the thread had it, in milliseconds. */
  | { readonly image: AnalyzedImage; readonly work: number }
  | { readonly fault: ImageFault }
  | { readonly checked: true };

/** Each thread is started with the models. */
const analyzer = await Analyzer.open(workerData as RecognitionModels);

/** Does one task; the entry that the pool calls. */
export default async function work(task: WorkerTask): Promise<WorkerAnswer> {
  if ("check" in task) {
    await analyzer.check();
    return { checked: true };
  }
  try {
    const start = performance.now();
    const image = await analyzer.analyze(task.bytes, task.request);
    return { image, work: performance.now() - start };
  } catch (error) {
    if (error instanceof ImageError) return { fault: error.fault };
    throw error;
  }
}
