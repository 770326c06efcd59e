import { describe, expect, test } from "@jest/globals";
import { isOutage } from "./outage.ts";

const withCode = (code: string) => Object.assign(new Error("some text"), { code });

describe("an outage of the database", () => {
  test.each([
    "ECONNREFUSED",
    "ECONNRESET",
    "08006",
    "40P01",
    "53100",
    "53300",
    "57014",
    "57P01",
    "57P03",
    "58030",
    "25006",
  ])("is %s", (code) => {
    expect(isOutage(withCode(code))).toBe(true);
    expect(isOutage(new Error("Failed query: select 1", { cause: withCode(code) }))).toBe(true);
  });

  test.each([
    "Connection terminated unexpectedly",
    "timeout exceeded when trying to connect",
    "Query read timeout",
  ])("is what the driver says: %s", (message) => {
    expect(isOutage(new Error("Failed query: select 1", { cause: new Error(message) }))).toBe(true);
  });

  test.each(["28P01", "3D000", "23505", "42P01", "22P02", "ENOENT"])("is not %s", (code) => {
    expect(isOutage(new Error("Failed query: select 1", { cause: withCode(code) }))).toBe(false);
  });

  test.each([undefined, null, "Query read timeout", new TypeError("x is undefined")])(
    "is not %p",
    (error) => {
      expect(isOutage(error)).toBe(false);
    },
  );
});
