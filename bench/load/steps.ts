import { type StepName, stepNames } from "../../src/telemetry/stopwatch.ts";

/** Mean milliseconds of each step of an operation; parts of a step are told beside it. */
export type StepMeans = Partial<Record<StepName, number>>;

interface RequestLine {
  readonly operation?: string;
  readonly status?: number;
  readonly ms?: StepMeans;
}

/** Adds up the steps of the requests that the service's log tells of. */
export class StepTotals {
  readonly #totals = new Map<string, { count: number; readonly sums: StepMeans }>();

  /** Takes a line of the log; lines that are not of an answered request are left out. */
  read(line: string): void {
    const { operation, status, ms } = JSON.parse(line) as RequestLine;
    if (operation === undefined || ms === undefined || status !== 200) return;
    const total = this.#totals.get(operation) ?? { count: 0, sums: {} };
    this.#totals.set(operation, total);
    total.count++;
    for (const step of stepNames) {
      if (ms[step] !== undefined) total.sums[step] = (total.sums[step] ?? 0) + ms[step];
    }
  }

  /** The means of an operation since the last reset. */
  means(operation: string): StepMeans {
    const { count = 0, sums = {} } = this.#totals.get(operation) ?? {};
    return Object.fromEntries(Object.entries(sums).map(([step, sum]) => [step, sum / count]));
  }

  reset(): void {
    this.#totals.clear();
  }
}
