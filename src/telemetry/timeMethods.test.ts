import { expect, test } from "@jest/globals";
import { Stopwatch } from "./stopwatch.ts";
import { timeMethods } from "./timeMethods.ts";

class Store {
  readonly name = "faces";
  readonly #rows = [1, 2];

  async list(limit: number): Promise<number[]> {
    return this.#rows.slice(0, limit);
  }

  size(): number {
    return this.#rows.length;
  }
}

test("methods do what they did, and those that are named are steps of the request", async () => {
  const stopwatch = new Stopwatch();
  const store = timeMethods(new Store(), { list: "read" });
  await stopwatch.time("operate", async () => {
    expect(await store.list(1)).toEqual([1]);
    expect(store.size()).toBe(2);
    expect(store.name).toBe("faces");
  });
  expect(stopwatch.steps).toMatchObject([{ name: "operate", inner: [{ name: "read" }] }]);
  expect(stopwatch.steps[0]?.inner).toHaveLength(1);
});
