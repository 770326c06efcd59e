import { expect, test } from "@jest/globals";
import { duration } from "./progress.ts";

test("times are told as people read them", () => {
  expect([0.2, 59.5, 61, 3599, 3600, 36_061].map(duration)).toEqual([
    "0:01",
    "1:00",
    "1:01",
    "59:59",
    "1:00:00",
    "10:01:01",
  ]);
});
