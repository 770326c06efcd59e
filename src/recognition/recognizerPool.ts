// Loaded here first: an addon that only ever lived in threads that ended cannot always be loaded again.
import "onnxruntime-node";
import { Piscina, type PiscinaTask, queueOptionsSymbol, type TaskQueue } from "piscina";
import type { AnalyzedImage } from "./analyze.ts";
import { ImageError } from "./decode.ts";
import type { ModelPack } from "./packs/pack.ts";
import type { PreparedPack } from "./packs/prepare.ts";
import { type AnalyzeRequest, type Recognizer, RecognizerBusyError, type Urgency } from "./recognizer.ts";
import type { WorkerAnswer, WorkerModels, WorkerTask } from "./worker.ts";

/** How many threads recognise, and how many images may wait for them. */
export interface PoolSettings {
  readonly threads: number;
  readonly queueLimit: number;
  /** The compiled `worker.js`. */
  readonly worker: URL;
}

/**
 * Recognition in worker threads, each with its own single-threaded sessions: running a session blocks the
 * thread that runs it. A thread that dies is replaced.
 */
export class RecognizerPool implements Recognizer {
  readonly pack: ModelPack;
  readonly #threads: Piscina<WorkerTask, WorkerAnswer>;

  constructor({ pack, detector, embedder }: PreparedPack, settings: PoolSettings) {
    this.pack = pack;
    const models: WorkerModels = { detector, embedder, settings: pack.recognition };
    this.#threads = new Piscina({
      filename: settings.worker.href,
      minThreads: settings.threads,
      maxThreads: settings.threads,
      maxQueue: settings.queueLimit,
      taskQueue: new UrgencyQueue(),
      workerData: models,
    });
  }

  async analyze(
    bytes: Uint8Array<ArrayBuffer>,
    { urgency, ...request }: AnalyzeRequest,
  ): Promise<AnalyzedImage> {
    const ownBytes = bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice();
    const answer = await this.#run({ bytes: ownBytes, request }, urgency, [ownBytes.buffer]);
    if ("fault" in answer) throw new ImageError(answer.fault);
    if ("image" in answer) return answer.image;
    throw new Error("A recognition thread answered another question than it was asked");
  }

  async check(): Promise<void> {
    await this.#run({ check: true }, "interactive", []);
  }

  close(): Promise<void> {
    return this.#threads.close();
  }

  async #run(task: WorkerTask, urgency: Urgency, transferList: ArrayBuffer[]): Promise<WorkerAnswer> {
    const { queueSize, options } = this.#threads;
    if (queueSize >= options.maxQueue) throw new RecognizerBusyError("Too many images wait for recognition");
    const queued = { ...task, [queueOptionsSymbol]: { urgency } };
    return this.#threads.run(queued, { transferList });
  }
}

/** Two queues in one: what a person waits for is taken before what an import sends, each in its own order. */
class UrgencyQueue implements TaskQueue {
  readonly #waiting: Readonly<Record<Urgency, Set<PiscinaTask>>> = {
    interactive: new Set(),
    bulk: new Set(),
  };

  get size(): number {
    return this.#waiting.interactive.size + this.#waiting.bulk.size;
  }

  push(task: PiscinaTask): void {
    this.#queueOf(task).add(task);
  }

  shift(): PiscinaTask | null {
    for (const queue of [this.#waiting.interactive, this.#waiting.bulk]) {
      for (const task of queue) {
        queue.delete(task);
        return task;
      }
    }
    return null;
  }

  remove(task: PiscinaTask): void {
    this.#queueOf(task).delete(task);
  }

  #queueOf(task: PiscinaTask): Set<PiscinaTask> {
    const options = task[queueOptionsSymbol] as { readonly urgency: Urgency } | null;
    return this.#waiting[options?.urgency ?? "bulk"];
  }
}
