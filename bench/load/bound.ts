import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { RecognitionModels } from "../../src/recognition/models.ts";
import type { BoundJob } from "./boundWorker.ts";

/**
 * The most that this machine can do with these photos: the same decodes and the same nets in a bare loop over the
 * same number of threads, without finding inputs, HTTP, signatures and database.
 */
export class Bound {
  readonly #threads: readonly Worker[];
  readonly #next: Int32Array;

  private constructor(threads: readonly Worker[], next: Int32Array) {
    this.#threads = threads;
    this.#next = next;
  }

  /** Starts the threads, which first analyse each photo once to learn what it takes. */
  static async open(
    models: RecognitionModels,
    photos: readonly Uint8Array[],
    threadCount: number,
  ): Promise<Bound> {
    const next = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    const job: BoundJob = { models, photos, next };
    const threads = Array.from(
      { length: threadCount },
      () => new Worker(new URL("./boundWorker.js", import.meta.url), { workerData: job }),
    );
    await Promise.all(threads.map((thread) => once(thread, "message")));
    return new Bound(threads, next);
  }

  /** Goes through all photos once. @returns seconds. */
  async pass(): Promise<number> {
    Atomics.store(this.#next, 0, 0);
    const start = performance.now();
    await Promise.all(
      this.#threads.map((thread) => {
        thread.postMessage("pass");
        return once(thread, "message");
      }),
    );
    return (performance.now() - start) / 1000;
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.terminate()));
  }
}
