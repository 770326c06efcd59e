import { workerData } from "piscina";
import { type AnalyzedImage, Analyzer, type EmbeddingRequest } from "./analyze.ts";
import { ImageError, type ImageFault } from "./decode.ts";
import type { RecognitionSettings } from "./packs/pack.ts";

/** What each recognition thread is started with. */
export interface WorkerModels {
  readonly detector: Uint8Array;
  readonly embedder: Uint8Array;
  readonly settings: RecognitionSettings;
}

/** An image to analyse, or the question whether the nets run. */
export type WorkerTask =
  | { readonly bytes: Uint8Array<ArrayBuffer>; readonly request: EmbeddingRequest }
  | { readonly check: true };

/** Errors lose their class between threads, so a fault of the image comes back as a value. */
export type WorkerAnswer =
  | { readonly image: AnalyzedImage }
  | { readonly fault: ImageFault }
  | { readonly checked: true };

const { detector, embedder, settings } = workerData as WorkerModels;
const analyzer = await Analyzer.open(detector, embedder, settings);

/** Does one task; the entry that the pool calls. */
export default async function work(task: WorkerTask): Promise<WorkerAnswer> {
  if ("check" in task) {
    await analyzer.check();
    return { checked: true };
  }
  try {
    return { image: await analyzer.analyze(task.bytes, task.request) };
  } catch (error) {
    if (error instanceof ImageError) return { fault: error.fault };
    throw error;
  }
}
