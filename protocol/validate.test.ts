import { describe, expect, test } from "@jest/globals";
import { constraintsOf } from "./constraints.ts";
import { type OperationName, shapes } from "./model.generated.ts";
import type { Structure } from "./shape.ts";
import { validate } from "./validate.ts";

function messageOf(operation: OperationName, input: Structure): string | undefined {
  try {
    validate(operation, input);
    return undefined;
  } catch (error) {
    expect(error).toHaveProperty("name", "ValidationException");
    return error instanceof Error ? error.message : undefined;
  }
}

const anyFaceId = "11111111-2222-3333-4444-555555555555";
const faceIdPattern = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";

describe("validate", () => {
  test("lets an input through that keeps to the constraints", () => {
    expect(
      messageOf("IndexFaces", {
        CollectionId: "a".repeat(255),
        Image: { Bytes: Buffer.alloc(5242880) },
        MaxFaces: 2147483647,
        QualityFilter: "AUTO",
        DetectionAttributes: ["DEFAULT", "ALL"],
      }),
    ).toBeUndefined();
    expect(messageOf("ListCollections", {})).toBeUndefined();
    expect(messageOf("ListCollections", { MaxResults: 0, NextToken: "" })).toBeUndefined();
  });

  // The first two are recorded at Rekognition, the others follow the same framework's recordings elsewhere.
  test.each<[string, OperationName, Structure, string]>([
    [
      "an empty image",
      "DetectText",
      { Image: { Bytes: Buffer.alloc(0) } },
      "1 validation error detected: Value 'java.nio.HeapByteBuffer[pos=0 lim=0 cap=0]' at 'image.bytes' failed to satisfy constraint: Member must have length greater than or equal to 1",
    ],
    [
      "too large an image",
      "DetectFaces",
      { Image: { Bytes: Buffer.alloc(7843602) } },
      "1 validation error detected: Value 'java.nio.HeapByteBuffer[pos=0 lim=7843602 cap=7843602]' at 'image.bytes' failed to satisfy constraint: Member must have length less than or equal to 5242880",
    ],
    [
      "required members left out",
      "SearchFaces",
      {},
      "2 validation errors detected: Value null at 'collectionId' failed to satisfy constraint: Member must not be null; Value null at 'faceId' failed to satisfy constraint: Member must not be null",
    ],
    [
      "an empty string against length and pattern",
      "DescribeCollection",
      { CollectionId: "" },
      "2 validation errors detected: Value '' at 'collectionId' failed to satisfy constraint: Member must have length greater than or equal to 1; Value '' at 'collectionId' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.\\-]+",
    ],
    [
      "a pattern that matches a part only",
      "DescribeCollection",
      { CollectionId: "my party" },
      "1 validation error detected: Value 'my party' at 'collectionId' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.\\-]+",
    ],
    [
      "a line end after the last character",
      "DescribeCollection",
      { CollectionId: "party\n" },
      "1 validation error detected: Value 'party\n' at 'collectionId' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.\\-]+",
    ],
    [
      "numbers out of range",
      "SearchFaces",
      { CollectionId: "a", FaceId: anyFaceId, MaxFaces: 4097, FaceMatchThreshold: Math.fround(100.1) },
      "2 validation errors detected: Value '4097' at 'maxFaces' failed to satisfy constraint: Member must have value less than or equal to 4096; Value '100.1' at 'faceMatchThreshold' failed to satisfy constraint: Member must have value less than or equal to 100",
    ],
    [
      "a number below its range",
      "SearchFaces",
      { CollectionId: "a", FaceId: anyFaceId, MaxFaces: 0, FaceMatchThreshold: -1 },
      "2 validation errors detected: Value '0' at 'maxFaces' failed to satisfy constraint: Member must have value greater than or equal to 1; Value '-1.0' at 'faceMatchThreshold' failed to satisfy constraint: Member must have value greater than or equal to 0",
    ],
    [
      "a number beyond float32",
      "SearchFaces",
      { CollectionId: "a", FaceId: anyFaceId, FaceMatchThreshold: Number.POSITIVE_INFINITY },
      "1 validation error detected: Value 'Infinity' at 'faceMatchThreshold' failed to satisfy constraint: Member must have value less than or equal to 100",
    ],
    [
      "a value outside of an enum",
      "CompareFaces",
      { SourceImage: {}, TargetImage: {}, QualityFilter: "auto" },
      "1 validation error detected: Value 'auto' at 'qualityFilter' failed to satisfy constraint: Member must satisfy enum value set: [NONE, AUTO, LOW, MEDIUM, HIGH]",
    ],
    [
      "an empty list",
      "DeleteFaces",
      { CollectionId: "a", FaceIds: [] },
      "1 validation error detected: Value '[]' at 'faceIds' failed to satisfy constraint: Member must have length greater than or equal to 1",
    ],
    [
      "entries of a list, told once",
      "DeleteFaces",
      { CollectionId: "a", FaceIds: ["x", anyFaceId, "y"] },
      `1 validation error detected: Value '[x, ${anyFaceId}, y]' at 'faceIds' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy regular expression pattern: ${faceIdPattern}]`,
    ],
    [
      "a null in a list",
      "DeleteFaces",
      { CollectionId: "a", FaceIds: [null] },
      `1 validation error detected: Value '[null]' at 'faceIds' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy regular expression pattern: ${faceIdPattern}, Member must not be null]`,
    ],
    [
      "a map's keys and values",
      "TagResource",
      { ResourceArn: "arn:aws:rekognition:collection", Tags: { "aws:a": "1", b: "#" } },
      "2 validation errors detected: Value '{aws:a=1, b=#}' at 'tags' failed to satisfy constraint: Map keys must satisfy constraint: [Member must have length less than or equal to 128, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: ^(?!aws:)[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*$]; Value '{aws:a=1, b=#}' at 'tags' failed to satisfy constraint: Map value must satisfy constraint: [Member must have length less than or equal to 256, Member must have length greater than or equal to 0, Member must satisfy regular expression pattern: ^([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)$]",
    ],
    [
      "a member of a listed structure",
      "CreateFaceLivenessSession",
      { Settings: { ChallengePreferences: [{}, { Type: "FaceMovementChallenge" }] } },
      "1 validation error detected: Value null at 'settings.challengePreferences.1.member.type' failed to satisfy constraint: Member must not be null",
    ],
  ])("tells of %s", (_, operation, input, message) => {
    expect(messageOf(operation, input)).toBe(message);
  });

  test("counts a string's characters, not its UTF-16 units", () => {
    const tag = (value: string) => ({ ResourceArn: "arn:aws:rekognition:collection", Tags: { a: value } });
    expect(messageOf("TagResource", tag("𐀀".repeat(256)))).toBeUndefined();
    expect(messageOf("TagResource", tag("𐀀".repeat(257)))).toContain("less than or equal to 256");
  });

  test("does not quote a long value", () => {
    expect(messageOf("DescribeCollection", { CollectionId: "a".repeat(1025) })).toBe(
      "1 validation error detected: Value at 'collectionId' failed to satisfy constraint: Member must have length less than or equal to 255",
    );
  });

  test("counts all violations and spells out the first", () => {
    const message = messageOf("CreateFaceLivenessSession", {
      Settings: { ChallengePreferences: Array.from({ length: 10_000 }, () => ({})) },
    });
    expect(message).toMatch(/^10000 validation errors detected: Value null at 'settings\./);
    expect(message?.length).toBeLessThan(5000);
  });

  test("does not look at the entries of too long a list", () => {
    expect(messageOf("DeleteFaces", { CollectionId: "a", FaceIds: new Array(4097).fill("x") })).toBe(
      "1 validation error detected: Value at 'faceIds' failed to satisfy constraint: Member must have length less than or equal to 4096",
    );
  });
});

describe("constraintsOf", () => {
  test("decides every shape's pattern in an instant, whatever the value", () => {
    const start = performance.now();
    for (const name of Object.keys(shapes)) {
      for (const attack of ["a", "0", "-", " ", ":", "arn:aws:sns:", "arn:aws:sns:::000000000000:\n"]) {
        const value = attack.repeat(100_000);
        for (const { holds } of constraintsOf(name)) {
          holds(value);
        }
        for (const { holds } of constraintsOf(name)) {
          holds(value.slice(0, 2000));
        }
      }
    }
    expect(performance.now() - start).toBeLessThan(5000);
  });

  test("refuses what is too long for a pattern without a maximum", () => {
    const constraints = constraintsOf("RoleArn");
    const arn = `arn:aws:iam::123456789012:role/${"a".repeat(64)}`;
    expect(constraints.map(({ holds }) => holds(arn))).toEqual([true]);
    expect(constraints.map(({ holds }) => holds(arn + "a".repeat(2048)))).toEqual([false]);
  });
});
