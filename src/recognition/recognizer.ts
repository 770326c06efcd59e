import type { ModelPack } from "../packs/pack.ts";
import type { AnalysisTimings, AnalyzedImage, FaceRequest } from "./analyze.ts";

/** Who waits for the answer: a person goes before an import. */
export const urgencies = ["interactive", "bulk"] as const;

export type Urgency = (typeof urgencies)[number];

/** What is wanted of an image. */
export interface AnalyzeRequest extends FaceRequest {
  readonly urgency: Urgency;
}

/** What a recogniser made of an image, and how long it took. */
export interface RecognizedImage extends AnalyzedImage {
  /** Milliseconds; `queue` is all that was not work: waiting for a thread, and the way there and back. */
  readonly timings: AnalysisTimings & { readonly queue: number };
}

/** How busy recognition threads are. */
export interface ThreadLoad {
  /** Images that wait. */
  readonly waiting: number;
  /** Most images that may wait. */
  readonly queueLimit: number;
  /** Threads there should be; 0 where they come and go. */
  readonly expectedThreads: number;
  /** Threads there are. */
  readonly threads: number;
  /** Threads with an image in work. */
  readonly busy: number;
  /** Threads that have ended on their own, which none should; not counted where they come and go. */
  readonly lost: number;
}

/** How busy a recogniser is. */
export type RecognizerLoad = Readonly<Record<Urgency, ThreadLoad>>;

/** Finds and embeds faces. The seam behind which models and machines can be exchanged. */
export interface Recognizer {
  readonly pack: ModelPack;
  /**
   * Analyses a JPEG or PNG.
   *
   * @param bytes the file.
   * @throws ImageError for an image that cannot be analysed, RecognizerBusyError when too many wait.
   */
  analyze(bytes: Uint8Array<ArrayBuffer>, request: AnalyzeRequest): Promise<RecognizedImage>;
  load(): RecognizerLoad;
  /** Runs the models once, on no one's face. @throws when they do not run. */
  check(): Promise<void>;
  /** Ends after the images in work are done. */
  close(): Promise<void>;
}

/** Thrown when the queue of waiting images is full. */
export class RecognizerBusyError extends Error {
  override readonly name = "RecognizerBusyError";
}

/** Thrown when a pack's models cannot be opened; `cause` tells why. */
export class PackUnavailableError extends Error {
  override readonly name = "PackUnavailableError";

  constructor(pack: string, options: ErrorOptions) {
    super(`The model pack "${pack}" cannot be opened`, options);
  }
}
