import { expect, test } from "@jest/globals";
import { sameForm } from "./sameForm.ts";

test("JSON may have other values, and no other members or types", () => {
  expect(sameForm('{ "Id": "a", "Confidence": 99.5 }', '{"Id":"b","Confidence":1.5}')).toBe(true);
  expect(sameForm('{ "Id": "a" }', '{ "Id": "a", "Confidence": 99.5 }')).toBe(false);
  expect(sameForm('{ "Id": "a" }', '{ "Id": 1 }')).toBe(false);
  expect(sameForm('{ "Faces": [] }', '{ "Faces": [{}] }')).toBe(false);
});

test("text may have other numbers and ids, and no other words", () => {
  expect(sameForm("3 faces of 2.5 s", "4 faces of 17 s\n")).toBe(true);
  expect(sameForm("3 faces", "3 photos")).toBe(false);
  expect(sameForm("id 00000000-0000-0000-0000-000000000000", "id fedcba98-0000-4000-8000-00000000000a")).toBe(
    true,
  );
});
