// Loaded here first: an addon that only ever lived in threads that ended cannot always be loaded again.

import { RecognizerBusyError, type ThreadLoad } from "../contract.ts";
import type { RecognitionModels } from "../models.ts";
import "onnxruntime-node";
import { Piscina } from "piscina";
import type { ThreadData, WorkerAnswer, WorkerTask } from "./worker.ts";

// onnxruntime tells Microsoft of the sessions that it opens, unless this is set before in the process itself: a
// thread's environment is a copy.
process.env.ORT_DISABLE_TELEMETRY = "1";

/**
 * Most memory for young objects, in MB, in a thread: two halves of 4 MB, and as much for large ones. V8 itself lets it
 * grow to 48 over the hours. Pixels and tensors are not in it.
 */
const maxYoungGenerationSizeMb = 12;

/** How many threads recognise, and how many images may wait for them. */
export interface ThreadPoolSettings {
  readonly threads: number;
  /** Milliseconds without an image after which a thread ends; not given: all are started at once and stay. */
  readonly idleTimeout?: number | undefined;
  readonly queueLimit: number;
  /** Whether the threads give way to everything else that wants a processor. */
  readonly yielding: boolean;
  /** The compiled `worker.js`. */
  readonly worker: URL;
  /** Hears of a thread that ended with an error while it had no image in work; the pool goes on without it. */
  readonly onThreadError: (error: Error) => void;
}

/** Recognition threads of one priority. A thread that dies is replaced, and what it had in work is done again. */
export class ThreadPool {
  readonly #threads: Piscina<WorkerTask, WorkerAnswer>;
  /** Of each task that waits or is in work, what fails it. */
  readonly #tasks = new Set<(reason: Error) => void>();
  #lost = 0;

  constructor(
    models: RecognitionModels,
    { threads, idleTimeout, queueLimit, yielding, worker, onThreadError }: ThreadPoolSettings,
  ) {
    const workerData: ThreadData = { models, yielding };
    this.#threads = new Piscina({
      filename: worker.href,
      minThreads: idleTimeout === undefined ? threads : 0,
      maxThreads: threads,
      ...(idleTimeout !== undefined && { idleTimeout }),
      maxQueue: queueLimit,
      // Without it a task that is taken out while all threads are busy goes back behind all others.
      stricterFIFO: true,
      resourceLimits: { maxYoungGenerationSizeMb },
      workerData,
    });
    // An error event that no one hears ends the process.
    this.#threads.on("error", (error: Error) => {
      onThreadError(error);
      // Where none can start, tasks would wait for ever.
      if (this.#threads.threads.length === 0) for (const fail of this.#tasks) fail(error);
    });
    if (idleTimeout === undefined) this.#threads.on("workerDestroy", () => this.#lost++);
  }

  /**
   * Has a thread do a task. It is copied to the thread: what a thread that dies had in work would be lost with it
   * otherwise.
   *
   * @throws RecognizerBusyError when too many wait, what the thread ended with when a second one died of the task, and
   * what kept the threads from starting.
   */
  async run(task: WorkerTask): Promise<WorkerAnswer> {
    const { queueSize, options } = this.#threads;
    if (queueSize >= options.maxQueue) throw new RecognizerBusyError("Too many images wait for recognition");
    return new Promise((resolve, reject) => {
      this.#tasks.add(reject);
      // Threads answer what goes wrong in them, so that only their end is thrown.
      this.#threads
        .run(task)
        .catch(() => this.#threads.run(task))
        .then(resolve, reject)
        .finally(() => this.#tasks.delete(reject));
    });
  }

  load(): ThreadLoad {
    const { options, threads, queueSize } = this.#threads;
    return {
      waiting: queueSize,
      queueLimit: options.maxQueue,
      expectedThreads: options.minThreads,
      threads: threads.length,
      busy: Math.min(threads.length, this.#tasks.size - queueSize),
      lost: this.#lost,
    };
  }

  close(): Promise<void> {
    return this.#threads.close();
  }
}
