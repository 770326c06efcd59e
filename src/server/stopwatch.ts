/** Times the steps of one request. */
export class Stopwatch {
  readonly #steps: Record<string, number> = {};

  /** Milliseconds by step, to the hundredth. */
  get steps(): Readonly<Record<string, number>> {
    return this.#steps;
  }

  /** Does a step, and notes how long it took, also when it fails. */
  time<T>(step: string, work: () => T): T {
    const start = performance.now();
    const note = () => {
      this.#steps[step] = Math.round((performance.now() - start) * 100) / 100;
    };
    try {
      const result = work();
      if (!(result instanceof Promise)) {
        note();
        return result;
      }
      return result.finally(note) as T;
    } catch (error) {
      note();
      throw error;
    }
  }
}
