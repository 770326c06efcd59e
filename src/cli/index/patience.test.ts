import { describe, expect, test } from "@jest/globals";
import { CommandAbortedError } from "../command.ts";
import { Patience } from "./patience.ts";

describe("Patience", () => {
  const waits: unknown[] = [];
  const make = (limit: number) =>
    new Patience({ limit, firstPause: 1, longestPause: 2, onWait: (error) => waits.push(error) });
  const forever = new AbortController().signal;
  const lost = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
  const answered = (name: string, httpStatusCode: number) =>
    Object.assign(new Error(name), { name, $metadata: { httpStatusCode } });
  /** Fails with each error in turn, then succeeds. */
  const failing = (...errors: Error[]) => {
    const left = [...errors];
    return async () => {
      const error = left.shift();
      if (error !== undefined) throw error;
      return "done";
    };
  };

  test("waits out what passes, and tells once what for", async () => {
    const errors = [
      lost,
      answered("ThrottlingException", 400),
      answered("ProvisionedThroughputExceededException", 400),
      answered("InternalServerError", 500),
      answered("Unknown", 503),
    ];
    expect(await make(60_000).until(failing(...errors), forever)).toBe("done");
    expect(waits).toEqual([lost]);
  });

  test("does not try again what does not pass", async () => {
    const refused = answered("InvalidImageFormatException", 400);
    await expect(make(60_000).until(failing(refused), forever)).rejects.toBe(refused);
    const bug = new TypeError("undefined is not a function");
    await expect(make(60_000).until(failing(bug), forever)).rejects.toBe(bug);
  });

  test("is over when nothing has succeeded for long", async () => {
    const never = () => Promise.reject(lost);
    await expect(make(5).until(never, forever)).rejects.toBeInstanceOf(CommandAbortedError);
  });

  test("ends with the run", async () => {
    const stop = new AbortController();
    const patience = new Patience({
      limit: 60_000,
      firstPause: 60_000,
      longestPause: 60_000,
      onWait: () => stop.abort(),
    });
    await expect(patience.until(failing(lost), stop.signal)).rejects.toMatchObject({ name: "AbortError" });
  });
});
