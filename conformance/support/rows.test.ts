import { describe, expect, test } from "@jest/globals";
import { errorModels } from "../../protocol/errors.ts";
import { type Row, rowsOf, type TestResult } from "./rows.ts";
import { skippedTitle } from "./skipReason.ts";

const result = (status: string, ...titles: string[]): TestResult => ({
  ancestorTitles: titles.slice(0, -1),
  title: titles.at(-1) as string,
  status,
});
const rowOf = (rows: readonly Row[], what: string) => rows.find((row) => row.what === what);

describe("the table of the suite", () => {
  const operation = (...tests: readonly TestResult[]) => rowOf(rowsOf(tests, ["ListFaces"]), "ListFaces");

  test("an operation passes by tests that its name begins, wherever in the titles", () => {
    expect(
      operation(
        result("passed", "ListFaces", "lists"),
        result("passed", "a collection", "ListFaces lists by name"),
        result("passed", "IndexFaces, ListFaces", "agree"),
        result("failed", "IndexFaces", "as ListFaces tells"),
        result("failed", "ListFacesOfAll", "lists"),
      ),
    ).toEqual({ what: "ListFaces", tests: 3, result: "pass" });
  });

  test("one failure among them fails it", () => {
    expect(operation(result("passed", "ListFaces a"), result("failed", "ListFaces b"))?.result).toBe("FAIL");
  });

  test("an operation without a test fails", () => {
    expect(operation(result("passed", "IndexFaces"))).toMatchObject({ result: "FAIL", reason: "no test" });
  });

  test("what was skipped says why, and fails where it does not", () => {
    const skipped = skippedTitle("ListFaces by the CLI", "there is none");
    expect(operation(result("pending", skipped))).toMatchObject({
      result: "skipped",
      reason: "there is none",
    });
    expect(operation(result("pending", "ListFaces by the CLI"))?.result).toBe("FAIL");
  });

  test("an error has a row for each situation", () => {
    const rows = rowsOf(
      [
        result("passed", "errors", "ValidationException: too long"),
        result("failed", "errors", "ValidationException: too short"),
      ],
      [],
    );
    expect(rowOf(rows, "ValidationException: too long")?.result).toBe("pass");
    expect(rowOf(rows, "ValidationException: too short")?.result).toBe("FAIL");
    expect(rowOf(rows, "ValidationException")).toBeUndefined();
  });

  test("an exception that may be answered and has no test fails", () => {
    const rows = rowsOf([], ["ListFaces"]);
    expect(rowOf(rows, "SerializationException")).toMatchObject({ result: "FAIL", reason: "no test" });
    expect(rowOf(rows, "InvalidPaginationTokenException")?.result).toBe("FAIL");
    expect(Object.keys(errorModels)).toContain("VideoTooLargeException");
    expect(rowOf(rows, "VideoTooLargeException")).toBeUndefined();
  });
});
