// Loaded here first: an addon that only ever lived in threads that ended cannot always be loaded again.
import "onnxruntime-node";
import { Piscina } from "piscina";
import type { RecognitionModels } from "./analyze.ts";
import { RecognizerBusyError, type ThreadLoad } from "./recognizer.ts";
import type { ThreadData, WorkerAnswer, WorkerTask } from "./worker.ts";

// onnxruntime tells Microsoft of the sessions that it opens, unless this is set before in the process itself: a
// thread's environment is a copy.
process.env.ORT_DISABLE_TELEMETRY = "1";

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
  #inWork = 0;
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
      workerData,
    });
    // An error event that no one hears ends the process.
    this.#threads.on("error", onThreadError);
    if (idleTimeout === undefined) this.#threads.on("workerDestroy", () => this.#lost++);
  }

  /**
   * Has a thread do a task. It is copied to the thread: what a thread that dies had in work would be lost with it
   * otherwise.
   *
   * @throws RecognizerBusyError when too many wait, and what the thread ended with when a second one died of the task.
   */
  async run(task: WorkerTask): Promise<WorkerAnswer> {
    const { queueSize, options } = this.#threads;
    if (queueSize >= options.maxQueue) throw new RecognizerBusyError("Too many images wait for recognition");
    this.#inWork++;
    try {
      // Threads answer what goes wrong in them, so that only their end is thrown.
      return await this.#threads.run(task).catch(() => this.#threads.run(task));
    } finally {
      this.#inWork--;
    }
  }

  load(): ThreadLoad {
    const { options, threads, queueSize } = this.#threads;
    return {
      waiting: queueSize,
      queueLimit: options.maxQueue,
      expectedThreads: options.minThreads,
      threads: threads.length,
      busy: Math.min(threads.length, this.#inWork - queueSize),
      lost: this.#lost,
    };
  }

  close(): Promise<void> {
    return this.#threads.close();
  }
}
