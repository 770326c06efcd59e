import { median } from "../load/statistics.ts";

/**
 * Does work on each item by each worker, one after another, so that what else the machine does disturbs all alike; each
 * item is begun by the next worker.
 *
 * @returns results by worker, each in the items' order.
 */
export async function inTurns<Worker, Item, Result>(
  workers: readonly Worker[],
  items: readonly Item[],
  work: (worker: Worker, item: Item) => Promise<Result>,
): Promise<Result[][]> {
  const results: Result[][] = workers.map(() => []);
  for (const [index, item] of items.entries()) {
    const first = index % workers.length;
    const turns = [...workers.entries()];
    for (const [at, worker] of [...turns.slice(first), ...turns.slice(0, first)]) {
      results[at]?.push(await work(worker, item));
    }
  }
  return results;
}

/** The middle of the values that are numbers; NaN without any. */
export function medianOf(values: readonly number[]): number {
  const finite = values.filter(Number.isFinite);
  return finite.length === 0 ? Number.NaN : median(finite);
}

/** The middle of the ratios of each value to the one at its place in `base`; NaN where none can be told. */
export function medianRatio(values: readonly number[], base: readonly number[]): number {
  return medianOf(values.map((value, index) => value / (base[index] ?? Number.NaN)));
}
