/**
 * Does work on each item, several at a time, in their order. Once one fails, no other is begun.
 *
 * @param stop once it is aborted, no other is begun either.
 * @throws what the first work that failed threw, after all that was begun has ended.
 */
export async function inLanes<Item>(
  items: Iterable<Item>,
  lanes: number,
  stop: AbortSignal,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const queue = items[Symbol.iterator]();
  const failures: unknown[] = [];
  const lane = async () => {
    while (failures.length === 0 && !stop.aborted) {
      const next = queue.next();
      if (next.done) return;
      await work(next.value).catch((error: unknown) => failures.push(error));
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  if (failures.length > 0) throw failures[0];
}
