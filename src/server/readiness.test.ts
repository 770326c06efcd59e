import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { Readiness } from "./readiness.ts";

const works = () => Promise.resolve();
const ignore = () => undefined;

beforeEach(() => {
  jest.useFakeTimers();
});

afterEach(() => {
  jest.useRealTimers();
});

describe("Readiness", () => {
  test("is ready when all that it depends on works", async () => {
    const readiness = new Readiness({ database: works, models: works }, ignore);
    expect(await readiness.report()).toEqual({ ready: true, checks: { database: "ok", models: "ok" } });
  });

  test("tells what does not work, and why, by the code of the cause and without its text", async () => {
    const refused = Object.assign(new Error("connect ECONNREFUSED 10.0.0.5:5432"), { code: "ECONNREFUSED" });
    const heard = jest.fn();
    const failed = new Error("Failed query: select 1", { cause: refused });
    const readiness = new Readiness(
      {
        database: () => Promise.reject(failed),
        models: works,
        disk: () => Promise.reject("full"),
      },
      heard,
    );
    expect(await readiness.report()).toEqual({
      ready: false,
      checks: { database: "failed: ECONNREFUSED", models: "ok", disk: "failed" },
    });
    expect(heard.mock.calls).toEqual([
      ["database", failed],
      ["disk", "full"],
    ]);
  });

  test("tells of a failure once until it is over", async () => {
    const heard = jest.fn();
    const check = jest.fn(works);
    const readiness = new Readiness({ check }, heard);
    const next = async (works: boolean) => {
      if (!works) check.mockRejectedValueOnce(new Error("down"));
      await readiness.report();
      jest.advanceTimersByTime(2_001);
    };
    for (const works of [false, false, true, false]) await next(works);
    expect(heard).toHaveBeenCalledTimes(2);
  });

  test("does not wait for ever", async () => {
    const readiness = new Readiness({ database: () => new Promise(() => undefined), models: works }, ignore);
    const report = readiness.report();
    await jest.advanceTimersByTimeAsync(5_000);
    expect(await report).toEqual({ ready: false, checks: { database: "no answer in 5 s", models: "ok" } });
  });

  test("asks once for probes that come together or within two seconds", async () => {
    const check = jest.fn(works);
    const readiness = new Readiness({ check }, ignore);
    await Promise.all([readiness.report(), readiness.report()]);
    jest.advanceTimersByTime(2_000);
    await readiness.report();
    expect(check).toHaveBeenCalledTimes(1);
  });

  test("tells what it was told, at once", async () => {
    const readiness = new Readiness({ models: works }, ignore);
    await readiness.report();
    readiness.tell({ modelPack: "small", notice: "It is smaller." });
    expect(await readiness.report()).toEqual({
      ready: true,
      checks: { models: "ok" },
      modelPack: "small",
      notice: "It is smaller.",
    });
  });

  test("asks again afterwards, and sees what has changed", async () => {
    const check = jest.fn(works);
    const readiness = new Readiness({ check }, ignore);
    check.mockRejectedValueOnce(new Error("starting"));
    expect(await readiness.report()).toMatchObject({ ready: false });
    jest.advanceTimersByTime(2_001);
    expect(await readiness.report()).toMatchObject({ ready: true });
    expect(check).toHaveBeenCalledTimes(2);
  });
});
