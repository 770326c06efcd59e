import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { Stopwatch } from "./stopwatch.ts";

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
    const sum = stopwatch.time("add", () => {
      lasting(3);
      return 1 + 1;
    });
    expect(sum).toBe(2);
    const later = stopwatch.time("wait", () => Promise.resolve("done"));
    lasting(40);
    expect(await later).toBe("done");
    expect(stopwatch.steps).toEqual({ add: 3, wait: 40 });
  });

  test("does not wait for a promise before it goes on", () => {
    const stopwatch = new Stopwatch();
    void stopwatch.time("wait", () => new Promise(() => undefined));
    expect(stopwatch.steps).toEqual({});
  });

  test("times a step that fails, and lets it fail", async () => {
    const stopwatch = new Stopwatch();
    const failing = () =>
      stopwatch.time("throw", () => {
        lasting(5);
        throw new RangeError("at once");
      });
    expect(failing).toThrow("at once");
    await expect(stopwatch.time("reject", () => Promise.reject(new Error("later")))).rejects.toThrow("later");
    expect(stopwatch.steps).toEqual({ throw: 5, reject: 0 });
  });

  test("tells milliseconds to the hundredth", () => {
    const stopwatch = new Stopwatch();
    jest.spyOn(performance, "now").mockReturnValueOnce(1).mockReturnValueOnce(2.23456);
    stopwatch.time("step", () => undefined);
    expect(stopwatch.steps).toEqual({ step: 1.23 });
  });
});
