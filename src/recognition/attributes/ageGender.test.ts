import { expect, test } from "@jest/globals";
import { ageRangeAround } from "./ageGender.ts";

test.each([
  [33.4, 7, 26, 40],
  [33.6, 7, 27, 41],
  [33.6, 5, 29, 39],
  [3, 7, 0, 10],
])("around %d years, give or take %d", (age, meanError, low, high) => {
  expect(ageRangeAround(age, meanError)).toEqual({ low, high });
});
