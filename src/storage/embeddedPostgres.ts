import { PGlite, types } from "@electric-sql/pglite";
import { vector } from "@electric-sql/pglite-pgvector";

/** Thrown by everything that is asked of an embedded database after it has crashed. */
export class DatabaseCrashedError extends Error {
  override readonly name = "DatabaseCrashedError";
  /** PostgreSQL's crash_shutdown. */
  readonly code = "57P02";

  constructor(cause: unknown) {
    super(
      `The embedded database has crashed: ${cause}. All that was committed is in its log, from which it recovers when it is opened again.`,
      { cause },
    );
  }
}

/**
 * PostgreSQL's cache of pages. It lies in this process and fills up with use, by default to 128 MB; what falls out of it
 * is still in the system's cache of files, and vectors that are searched have copies of their own.
 */
const sharedBuffers = "32MB";

/** The status with which PGlite's PostgreSQL leaves its loop for an error that it answers, as `longjmp` would. */
const answeredError = 100;

/**
 * PGlite that knows when it has crashed. PGlite itself passes over a trap of its WebAssembly, as if the statement had
 * been done: it would answer a commit that never was, and try again for ever what it had not read to the end.
 */
export class EmbeddedPostgres extends PGlite {
  #crash: DatabaseCrashedError | undefined;

  /**
   * Opens the database of a folder, which is made where there is none.
   *
   * @param onCrash hears of the end, once.
   */
  static async open(
    dataDir: string,
    onCrash: (error: DatabaseCrashedError) => void,
  ): Promise<EmbeddedPostgres> {
    const postgres = new EmbeddedPostgres({
      dataDir,
      extensions: { vector },
      startParams: [...PGlite.defaultStartParams, "-c", `shared_buffers=${sharedBuffers}`],
    });
    await postgres.waitReady;
    // Without those of all kinds of arrays: PGlite copies the table for each query of drizzle's, and no array is read.
    postgres.parsers = { ...types.parsers };
    postgres.#watch(onCrash);
    return postgres;
  }

  /** Closes the database; one that has crashed is left as it is, for its memory is not to be trusted. */
  override async close(): Promise<void> {
    if (this.#crash === undefined) await super.close();
  }

  #watch(onCrash: (error: DatabaseCrashedError) => void): void {
    const { mod } = this;
    if (mod === undefined) throw new Error("PGlite is not open");
    const runLoop = mod._PostgresMainLoopOnce;
    mod._PostgresMainLoopOnce = () => {
      try {
        runLoop();
      } catch (error) {
        if (!isAnswered(error)) {
          this.#crash = new DatabaseCrashedError(error);
          disable(mod, this.#crash);
          onCrash(this.#crash);
        }
        throw error;
      }
    };
  }
}

/** Has whatever asks a module for one of its functions get an error instead, also who has the module at hand. */
function disable(mod: object, error: Error): void {
  const refuse = () => {
    throw error;
  };
  for (const key of Object.keys(mod)) Object.defineProperty(mod, key, { get: refuse });
}

function isAnswered(error: unknown): boolean {
  return typeof error === "object" && error !== null && "status" in error && error.status === answeredError;
}
