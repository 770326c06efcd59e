import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { Readiness } from "./readiness.ts";

const works = () => Promise.resolve();

beforeEach(() => {
  jest.useFakeTimers();
});

afterEach(() => {
  jest.useRealTimers();
});

describe("Readiness", () => {
  test("is ready when all that it depends on works", async () => {
    const readiness = new Readiness({ database: works, models: works });
    expect(await readiness.report()).toEqual({ ready: true, checks: { database: "ok", models: "ok" } });
  });

  test("tells what does not work, and why", async () => {
    const readiness = new Readiness({
      database: () => Promise.reject(new Error("connection refused")),
      models: works,
      disk: () => Promise.reject("full"),
    });
    expect(await readiness.report()).toEqual({
      ready: false,
      checks: { database: "connection refused", models: "ok", disk: "full" },
    });
  });

  test("asks once for probes that come together or within two seconds", async () => {
    const check = jest.fn(works);
    const readiness = new Readiness({ check });
    await Promise.all([readiness.report(), readiness.report()]);
    jest.advanceTimersByTime(2_000);
    await readiness.report();
    expect(check).toHaveBeenCalledTimes(1);
  });

  test("asks again afterwards, and sees what has changed", async () => {
    const check = jest.fn(works);
    const readiness = new Readiness({ check });
    check.mockRejectedValueOnce(new Error("starting"));
    expect(await readiness.report()).toMatchObject({ ready: false });
    jest.advanceTimersByTime(2_001);
    expect(await readiness.report()).toMatchObject({ ready: true });
    expect(check).toHaveBeenCalledTimes(2);
  });
});
