import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { countFaces, millisecondsByStep, noteStep, Stopwatch, timeStep } from "./stopwatch.ts";

beforeEach(() => {
  jest.useFakeTimers();
});

afterEach(() => {
  jest.useRealTimers();
});

/** A step that takes a while. */
const lasting = (milliseconds: number) => jest.advanceTimersByTime(milliseconds);

describe("Stopwatch", () => {
  test("times each step and hands on what it gives", async () => {
    const stopwatch = new Stopwatch();
    const sum = stopwatch.time("parse", () => {
      lasting(3);
      return 1 + 1;
    });
    expect(sum).toBe(2);
    const later = stopwatch.time("operate", () => Promise.resolve("done"));
    lasting(40);
    expect(await later).toBe("done");
    expect(millisecondsByStep(stopwatch.steps)).toEqual({ parse: 3, operate: 40 });
  });

  test("does not wait for a promise before it goes on", () => {
    const stopwatch = new Stopwatch();
    void stopwatch.time("operate", () => new Promise(() => undefined));
    expect(stopwatch.steps).toEqual([]);
  });

  test("times a step that fails, and lets it fail", async () => {
    const stopwatch = new Stopwatch();
    const failing = () =>
      stopwatch.time("parse", () => {
        lasting(5);
        throw new RangeError("at once");
      });
    expect(failing).toThrow("at once");
    await expect(stopwatch.time("operate", () => Promise.reject(new Error("later")))).rejects.toThrow(
      "later",
    );
    expect(stopwatch.steps).toMatchObject([
      { name: "parse", duration: 5, failed: true },
      { name: "operate", duration: 0, failed: true },
    ]);
  });

  test("steps of a step are its parts, also those that were done elsewhere", async () => {
    const stopwatch = new Stopwatch();
    await stopwatch.time("operate", async () => {
      await timeStep("recognize", async () => {
        lasting(10);
        await Promise.resolve();
        noteStep("decode", 0, 7);
      });
      await timeStep("store", async () => lasting(2));
    });
    expect(stopwatch.steps).toMatchObject([
      {
        name: "operate",
        start: stopwatch.start,
        duration: 12,
        inner: [
          { name: "recognize", duration: 10, inner: [{ name: "decode", duration: 7 }] },
          { name: "store", start: stopwatch.start + 10, duration: 2, inner: [] },
        ],
      },
    ]);
  });

  test("requests at the same time do not mix", async () => {
    const work = (ticks: number) => {
      const stopwatch = new Stopwatch();
      const done = stopwatch.time("operate", async () => {
        for (let tick = 0; tick < ticks; tick++) {
          await Promise.resolve();
          await timeStep("read", async () => countFaces("found", 1));
        }
      });
      return done.then(() => stopwatch);
    };
    const stopwatches = await Promise.all([work(1), work(3), work(2)]);
    expect(stopwatches.map(({ faces }) => faces)).toEqual([{ found: 1 }, { found: 3 }, { found: 2 }]);
    expect(stopwatches.map(({ steps }) => steps[0]?.inner.length)).toEqual([1, 3, 2]);
  });

  test("a query that begins when it is asked for its result is timed to its end", async () => {
    const stopwatch = new Stopwatch();
    const query = {
      // biome-ignore lint/suspicious/noThenProperty: as the database's queries are
      then: <T>(onRows: (rows: number) => T) => {
        lasting(8);
        return Promise.resolve(2).then(onRows);
      },
    };
    expect(await stopwatch.time("read", () => query)).toBe(2);
    expect(millisecondsByStep(stopwatch.steps)).toEqual({ read: 8 });
  });

  test("outside of a request a step is done, and nothing is noted", () => {
    expect(timeStep("read", () => 5)).toBe(5);
    expect(() => noteStep("decode", 0, 1)).not.toThrow();
    expect(() => countFaces("found", 1)).not.toThrow();
  });
});

describe("millisecondsByStep", () => {
  test("adds up steps of one name, to the hundredth", () => {
    const step = (duration: number) =>
      ({ name: "read", start: 0, duration, failed: false, inner: [] }) as const;
    expect(millisecondsByStep([{ ...step(1.23456), inner: [step(0.1), step(2)] }])).toEqual({ read: 3.33 });
    expect(millisecondsByStep([{ ...step(5), name: "operate", inner: [step(1.23456)] }])).toEqual({
      operate: 5,
      read: 1.23,
    });
  });
});
