import { describe, expect, test } from "@jest/globals";
import { parseTarget } from "./target.ts";

describe("parseTarget", () => {
  test("reads the operation's name", () => {
    expect(parseTarget("RekognitionService.SearchFacesByImage")).toBe("SearchFacesByImage");
  });

  test.each([
    undefined,
    "",
    "DetectFaces",
    "RekognitionService.",
    "RekognitionService.detectfaces",
    "rekognitionservice.DetectFaces",
    "RekognitionService.DetectFaces ",
    "RekognitionService.toString",
    "RekognitionService.__proto__",
    "DynamoDB_20120810.ListTables",
  ])("does not know %j", (header) => {
    expect(() => parseTarget(header)).toThrow(
      expect.objectContaining({ name: "UnknownOperationException", message: "" }),
    );
  });
});
