import type { AnalyzedImage, FaceRequest } from "./analyze.ts";
import type { ModelPack } from "./packs/pack.ts";

/** Who waits for the answer: a person goes before an import. */
export type Urgency = "interactive" | "bulk";

/** What is wanted of an image. */
export interface AnalyzeRequest extends FaceRequest {
  readonly urgency: Urgency;
}

/** Finds and embeds faces. The seam behind which models and machines can be exchanged. */
export interface Recognizer {
  readonly pack: ModelPack;
  /**
   * Analyses a JPEG or PNG.
   *
   * @param bytes the file; may be handed over to another thread, so that the caller must not use it again.
   * @throws ImageError for an image that cannot be analysed, RecognizerBusyError when too many wait.
   */
  analyze(bytes: Uint8Array<ArrayBuffer>, request: AnalyzeRequest): Promise<AnalyzedImage>;
  /** Runs the models once, on no one's face. @throws when they do not run. */
  check(): Promise<void>;
  /** Ends after the images in work are done. */
  close(): Promise<void>;
}

/** Thrown when the queue of waiting images is full. */
export class RecognizerBusyError extends Error {
  override readonly name = "RecognizerBusyError";
}
