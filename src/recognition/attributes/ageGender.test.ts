import { expect, test } from "@jest/globals";
import { ageRangeAround } from "./ageGender.ts";

test.each([
  [33.4, 26, 40],
  [33.6, 27, 41],
  [3, 0, 10],
])("around %d years", (age, low, high) => {
  expect(ageRangeAround(age)).toEqual({ low, high });
});
