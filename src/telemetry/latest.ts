/** A value that is asked for in the background, so that who reads it never waits for a slow database. */
export class Latest<T> {
  readonly #ask: () => Promise<T>;
  readonly #maximumAge: number;
  #value: T | undefined;
  #askedAt = Number.NEGATIVE_INFINITY;
  #isAsking = false;

  /** @param maximumAge milliseconds after which a reader has the value asked for again. */
  constructor(ask: () => Promise<T>, maximumAge: number) {
    this.#ask = ask;
    this.#maximumAge = maximumAge;
  }

  /** The last value that was told; undefined before the first. Whoever failed to tell is asked again later. */
  read(): T | undefined {
    if (!this.#isAsking && performance.now() - this.#askedAt >= this.#maximumAge) void this.#renew();
    return this.#value;
  }

  async #renew(): Promise<void> {
    this.#isAsking = true;
    this.#askedAt = performance.now();
    try {
      this.#value = await this.#ask();
    } catch {
      // The readiness checks tell of it.
    } finally {
      this.#isAsking = false;
    }
  }
}
