import { setTimeout as wait } from "node:timers/promises";
import { connectionFaults, systemErrorCode } from "../../system/systemError.ts";
import { CommandAbortedError } from "../command.ts";
import { reasonOf } from "../reason.ts";

/** Errors that ask to be asked less. */
const throttling = new Set([
  "ThrottlingException",
  "ProvisionedThroughputExceededException",
  "LimitExceededException",
  "SlowDown",
]);

/** Whether the same request may succeed later: it was too much, the service failed, or it was not reached. */
export function isPassing(error: unknown): boolean {
  const { name, $metadata } = error as Error & { readonly $metadata?: { readonly httpStatusCode?: number } };
  const status = $metadata?.httpStatusCode ?? 0;
  return (
    status >= 500 ||
    status === 429 ||
    throttling.has(name) ||
    name === "TimeoutError" ||
    connectionFaults.has(systemErrorCode(error) ?? "")
  );
}

/** How long to go on without any success, and how long to wait between two tries, in milliseconds. */
export interface PatienceSettings {
  readonly limit: number;
  readonly firstPause: number;
  readonly longestPause: number;
  /** Hears of the first failure after a success: what the waiting is for. */
  readonly onWait: (error: unknown) => void;
}

/**
 * Tries again what fails for reasons that pass, for as long as anything has succeeded lately: so a service may be
 * restarted in the middle of an import, and one that does not come back is not waited for once for each photo.
 */
export class Patience {
  readonly #settings: PatienceSettings;
  #lastSuccess = performance.now();
  #isWaiting = false;

  constructor(settings: PatienceSettings) {
    this.#settings = settings;
  }

  /**
   * Does work until it succeeds or fails for good.
   *
   * @param stop ends the waiting.
   * @throws what the work throws for good; CommandAbortedError when patience is over; AbortError on `stop`.
   */
  async until<Result>(work: () => Promise<Result>, stop: AbortSignal): Promise<Result> {
    const { limit, firstPause, longestPause, onWait } = this.#settings;
    for (let pause = firstPause; ; pause = Math.min(2 * pause, longestPause)) {
      try {
        const result = await work();
        this.#lastSuccess = performance.now();
        this.#isWaiting = false;
        return result;
      } catch (error) {
        if (!isPassing(error)) throw error;
        if (performance.now() - this.#lastSuccess > limit) {
          throw new CommandAbortedError(
            `Nothing has succeeded for ${Math.round(limit / 1000)} s (${reasonOf(error)}). The same command goes on from here.`,
          );
        }
        if (!this.#isWaiting) onWait(error);
        this.#isWaiting = true;
        // Somewhere in the second half, so that lanes that failed together do not come back together.
        await wait(pause * (0.5 + Math.random() / 2), undefined, { signal: stop });
      }
    }
  }
}
