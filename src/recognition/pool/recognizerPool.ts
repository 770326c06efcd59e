import type { RecognizedPack } from "../contract.ts";
import {
  type AnalyzeRequest,
  ImageError,
  type RecognizedImage,
  type Recognizer,
  type RecognizerLoad,
  type Urgency,
  urgencies,
} from "../contract.ts";
import type { PreparedPack, RecognitionModels } from "../models.ts";
import { ThreadPool, type ThreadPoolSettings } from "./threadPool.ts";

/** How many threads recognise for each urgency, and how many images may wait for them. */
export type PoolSettings = Omit<ThreadPoolSettings, "yielding">;

/** Threads for imports end after so long without an image, in milliseconds: most servers import now and then. */
const bulkIdleTimeout = 60_000;

/**
 * Recognition in worker threads, each with its own single-threaded sessions: running a session blocks the
 * thread that runs it. Imports have threads of their own, which give way: a person who searches waits neither for
 * the photo that an import has in work nor for a processor.
 */
export class RecognizerPool implements Recognizer {
  readonly pack: RecognizedPack;
  readonly #threads: Readonly<Record<Urgency, ThreadPool>>;

  constructor({ pack, detector, embedders, attributes }: PreparedPack, settings: PoolSettings) {
    this.pack = pack;
    const models: RecognitionModels = { detector, embedders, attributes, settings: pack.recognition };
    this.#threads = {
      interactive: new ThreadPool(models, { ...settings, yielding: false }),
      bulk: new ThreadPool(models, {
        ...settings,
        idleTimeout: settings.idleTimeout ?? bulkIdleTimeout,
        yielding: true,
      }),
    };
  }

  async analyze(
    bytes: Uint8Array<ArrayBuffer>,
    { urgency, ...request }: AnalyzeRequest,
  ): Promise<RecognizedImage> {
    const start = performance.now();
    const answer = await this.#threads[urgency].run({ bytes, request });
    if ("fault" in answer) throw new ImageError(answer.fault);
    if ("failure" in answer) throw answer.failure;
    if ("image" in answer) {
      const { image, work } = answer;
      return { ...image, timings: { ...image.timings, queue: performance.now() - start - work } };
    }
    throw new Error("A recognition thread answered another question than it was asked");
  }

  async check(): Promise<void> {
    const answer = await this.#threads.interactive.run({ check: true });
    if ("failure" in answer) throw answer.failure;
  }

  load(): RecognizerLoad {
    const { interactive, bulk } = this.#threads;
    return { interactive: interactive.load(), bulk: bulk.load() };
  }

  async close(): Promise<void> {
    await Promise.all(urgencies.map((urgency) => this.#threads[urgency].close()));
  }
}
