// Loaded here first: an addon that only ever lived in threads that ended cannot always be loaded again.
import "onnxruntime-node";
import { Piscina, type PiscinaTask, queueOptionsSymbol, type TaskQueue } from "piscina";
import type { RecognitionModels } from "./analyze.ts";
import { ImageError } from "./decode.ts";
import type { ModelPack } from "./packs/pack.ts";
import type { PreparedPack } from "./packs/prepare.ts";
import {
  type AnalyzeRequest,
  type RecognizedImage,
  type Recognizer,
  RecognizerBusyError,
  type RecognizerLoad,
  type Urgency,
} from "./recognizer.ts";
import type { WorkerAnswer, WorkerTask } from "./worker.ts";

/** How many threads recognise, and how many images may wait for them. */
export interface PoolSettings {
  readonly threads: number;
  /** Milliseconds without an image after which a thread ends; not given: all are started at once and stay. */
  readonly idleTimeout?: number;
  readonly queueLimit: number;
  /** The compiled `worker.js`. */
  readonly worker: URL;
  /** Hears of a thread that ended with an error while it had no image in work; the pool goes on without it. */
  readonly onThreadError: (error: Error) => void;
}

/**
 * Recognition in worker threads, each with its own single-threaded sessions: running a session blocks the
 * thread that runs it. A thread that dies is replaced.
 */
export class RecognizerPool implements Recognizer {
  readonly pack: ModelPack;
  readonly #threads: Piscina<WorkerTask, WorkerAnswer>;
  readonly #queue = new UrgencyQueue();
  #inWork = 0;
  #lost = 0;

  constructor({ pack, detector, embedder, attributes }: PreparedPack, settings: PoolSettings) {
    this.pack = pack;
    const models: RecognitionModels = { detector, embedder, attributes, settings: pack.recognition };
    this.#threads = new Piscina({
      filename: settings.worker.href,
      minThreads: settings.idleTimeout === undefined ? settings.threads : 0,
      maxThreads: settings.threads,
      ...(settings.idleTimeout !== undefined && { idleTimeout: settings.idleTimeout }),
      maxQueue: settings.queueLimit,
      taskQueue: this.#queue,
      // Without it a task that is taken out while all threads are busy goes back behind all others.
      stricterFIFO: true,
      workerData: models,
    });
    // An error event that no one hears ends the process.
    this.#threads.on("error", settings.onThreadError);
    if (settings.idleTimeout === undefined) this.#threads.on("workerDestroy", () => this.#lost++);
  }

  async analyze(
    bytes: Uint8Array<ArrayBuffer>,
    { urgency, ...request }: AnalyzeRequest,
  ): Promise<RecognizedImage> {
    const start = performance.now();
    const ownBytes = bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice();
    const answer = await this.#run({ bytes: ownBytes, request }, urgency, [ownBytes.buffer]);
    if ("fault" in answer) throw new ImageError(answer.fault);
    if ("image" in answer) {
      const { image, work } = answer;
      return { ...image, timings: { ...image.timings, queue: performance.now() - start - work } };
    }
    throw new Error("A recognition thread answered another question than it was asked");
  }

  async check(): Promise<void> {
    await this.#run({ check: true }, "interactive", []);
  }

  load(): RecognizerLoad {
    const { options, threads } = this.#threads;
    const { waiting } = this.#queue;
    const waitingInAll = waiting.interactive + waiting.bulk;
    return {
      waiting,
      queueLimit: options.maxQueue,
      expectedThreads: options.minThreads,
      threads: threads.length,
      busy: Math.min(threads.length, this.#inWork - waitingInAll),
      lost: this.#lost,
    };
  }

  close(): Promise<void> {
    return this.#threads.close();
  }

  async #run(task: WorkerTask, urgency: Urgency, transferList: ArrayBuffer[]): Promise<WorkerAnswer> {
    const { queueSize, options } = this.#threads;
    if (queueSize >= options.maxQueue) throw new RecognizerBusyError("Too many images wait for recognition");
    const queued = { ...task, [queueOptionsSymbol]: { urgency } };
    this.#inWork++;
    try {
      return await this.#threads.run(queued, { transferList });
    } finally {
      this.#inWork--;
    }
  }
}

/** Two queues in one: what a person waits for is taken before what an import sends, each in its own order. */
class UrgencyQueue implements TaskQueue {
  readonly #waiting: Readonly<Record<Urgency, PiscinaTask[]>> = { interactive: [], bulk: [] };

  get size(): number {
    return this.#waiting.interactive.length + this.#waiting.bulk.length;
  }

  get waiting(): Readonly<Record<Urgency, number>> {
    const { interactive, bulk } = this.#waiting;
    return { interactive: interactive.length, bulk: bulk.length };
  }

  push(task: PiscinaTask): void {
    this.#queueOf(task).push(task);
  }

  /** Takes a task back that was taken out while no thread was free. */
  unshift(task: PiscinaTask): void {
    this.#queueOf(task).unshift(task);
  }

  shift(): PiscinaTask | null {
    return this.#waiting.interactive.shift() ?? this.#waiting.bulk.shift() ?? null;
  }

  remove(task: PiscinaTask): void {
    const queue = this.#queueOf(task);
    const at = queue.indexOf(task);
    if (at !== -1) queue.splice(at, 1);
  }

  #queueOf(task: PiscinaTask): PiscinaTask[] {
    const options = task[queueOptionsSymbol] as { readonly urgency: Urgency } | null;
    return this.#waiting[options?.urgency ?? "bulk"];
  }
}
