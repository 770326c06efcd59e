/** Something that is done from time to time. Throws when it failed; it is tried again the next time. */
export type Chore = () => Promise<void>;

/** Does chores at the start and from time to time, one after the other. */
export class Housekeeper {
  readonly #chores: readonly Chore[];
  readonly #onError: (error: unknown) => void;
  readonly #timer: NodeJS.Timeout;
  #round: Promise<void> | undefined;
  #isClosed = false;

  /**
   * @param interval milliseconds.
   * @param onError hears why a chore failed.
   */
  constructor(chores: readonly Chore[], interval: number, onError: (error: unknown) => void) {
    this.#chores = chores;
    this.#onError = onError;
    this.#timer = setInterval(() => this.#start(), interval).unref();
    this.#start();
  }

  /** Ends after the chore in work. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#isClosed = true;
    await this.#round;
  }

  #start(): void {
    this.#round ??= this.#doAll().finally(() => {
      this.#round = undefined;
    });
  }

  async #doAll(): Promise<void> {
    for (const chore of this.#chores) {
      if (this.#isClosed) return;
      await chore().catch(this.#onError);
    }
  }
}
