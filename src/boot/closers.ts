/**
 * What has to be ended when the service is, in named stages: those of a stage end at once, each stage after the one before
 * it. One that fails holds up no other.
 */
export class Closers<Stage extends string> {
  readonly #stages: readonly Stage[];
  readonly #waiting = new Map<Stage, (() => void | Promise<void>)[]>();

  /** @param stages in the order in which they end. */
  constructor(stages: readonly Stage[]) {
    this.#stages = stages;
  }

  add(stage: Stage, close: () => void | Promise<void>): void {
    this.#waiting.set(stage, [...(this.#waiting.get(stage) ?? []), close]);
  }

  /** Ends all that was added and has not ended yet. @throws the failure, or an AggregateError of several, after all. */
  async close(): Promise<void> {
    const failures: unknown[] = [];
    for (const stage of this.#stages) {
      const closing = this.#waiting.get(stage) ?? [];
      this.#waiting.delete(stage);
      const outcomes = await Promise.allSettled(closing.map(async (close) => close()));
      failures.push(
        ...outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason] : [])),
      );
    }
    if (failures.length > 1) throw new AggregateError(failures, "Several parts did not end well");
    if (failures.length === 1) throw failures[0];
  }
}
