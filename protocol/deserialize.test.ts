import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { deserialize } from "./deserialize.ts";
import { AwsError } from "./errors.ts";
import { type OperationName, operations } from "./model.generated.ts";
import { inputShape, type Structure } from "./shape.ts";
import { validate } from "./validate.ts";

describe("deserialize", () => {
  test("reads an input by its shape", () => {
    const input = deserialize("SearchFacesByImage", {
      CollectionId: "party",
      Image: { Bytes: "QUJD" },
      MaxFaces: 1.5,
      FaceMatchThreshold: 80.1,
    });
    expect(input).toEqual({
      CollectionId: "party",
      Image: { Bytes: Buffer.from("ABC") },
      MaxFaces: 1,
      FaceMatchThreshold: Math.fround(80.1),
    });
  });

  test("takes bytes for the string that they came as", () => {
    const Bytes = Buffer.from("ABC");
    expect(deserialize("DetectFaces", { Image: { Bytes } })).toEqual({ Image: { Bytes } });
    expect(deserialize("DetectFaces", { Image: { S3Object: { Name: Bytes } } })).toEqual({
      Image: { S3Object: { Name: "QUJD" } },
    });
    expect(() => deserialize("DetectFaces", { Image: Bytes })).toThrow("Expected null");
    expect(() => deserialize("DetectFaces", { Attributes: Bytes })).toThrow("Expected list or null");
    expect(() => deserialize("ListFaces", { MaxResults: Bytes })).toThrow(
      "STRING_VALUE can not be converted",
    );
  });

  test("leaves out unknown members and takes null for absent", () => {
    expect(deserialize("ListCollections", { MaxResults: null, Colour: "red", toString: 1 })).toEqual({});
  });

  test("keeps nulls in lists and maps, for validation to refuse", () => {
    expect(deserialize("DeleteFaces", { FaceIds: [null] })).toEqual({ FaceIds: [null] });
    expect(deserialize("TagResource", { Tags: { a: null } })).toEqual({ Tags: { a: null } });
  });

  test("holds integers within their type's range", () => {
    expect(deserialize("ListFaces", { MaxResults: 1e300 })).toEqual({ MaxResults: 2147483647 });
    expect(deserialize("ListFaces", { MaxResults: -1e300 })).toEqual({ MaxResults: -2147483648 });
    expect(deserialize("StartStreamProcessor", { StopSelector: { MaxDurationInSeconds: 1e300 } })).toEqual({
      StopSelector: { MaxDurationInSeconds: Number.MAX_SAFE_INTEGER },
    });
  });

  test("reads a map's keys as they are", () => {
    const { Tags } = deserialize("TagResource", { Tags: JSON.parse('{"__proto__":"a"}') });
    expect(Object.entries(Object(Tags))).toEqual([["__proto__", "a"]]);
  });

  // Recorded at other services with the same framework.
  test.each<[OperationName, Structure, string]>([
    ["DetectFaces", { Image: "x" }, "Expected null"],
    ["DetectFaces", { Image: 1 }, "Expected null"],
    ["DetectFaces", { Image: [] }, "Start of list found where not expected"],
    ["DetectFaces", { Attributes: "ALL" }, "Expected list or null"],
    ["DetectFaces", { Attributes: {} }, "Start of structure or map found where not expected."],
    ["DetectFaces", { Attributes: [1] }, "NUMBER_VALUE can not be converted to a String"],
    ["DetectFaces", { Image: { Bytes: 1 } }, "NUMBER_VALUE can not be converted to a Blob"],
    ["TagResource", { Tags: true }, "Expected map or null"],
    ["TagResource", { Tags: [] }, "Start of list found where not expected"],
    ["TagResource", { Tags: { a: {} } }, "Start of structure or map found where not expected."],
    ["ListFaces", { MaxResults: "1" }, "STRING_VALUE can not be converted to an Integer"],
    ["ListFaces", { MaxResults: {} }, "Start of structure or map found where not expected."],
    ["ListFaces", { CollectionId: 1 }, "NUMBER_VALUE can not be converted to a String"],
    ["ListFaces", { CollectionId: true }, "TRUE_VALUE can not be converted to a String"],
    ["ListFaces", { CollectionId: false }, "FALSE_VALUE can not be converted to a String"],
    ["ListFaces", { CollectionId: [] }, "Start of list found where not expected"],
    ["SearchFaces", { FaceMatchThreshold: "NaN" }, "STRING_VALUE can not be converted to a Float"],
  ])("refuses in %s %j", (operation, body, message) => {
    expect(() => deserialize(operation, body)).toThrow(
      expect.objectContaining({ name: "SerializationException", message }),
    );
  });
});

describe("deserialize and validate", () => {
  const operation = fc.constantFrom(...Object.keys(operations)).map((name) => name as OperationName);

  /** Any JSON for any operation, with the names of the input's members more often than not. */
  const request = operation.chain((name) =>
    fc.tuple(
      fc.constant(name),
      fc.dictionary(
        fc.oneof(fc.constantFrom("__proto__", ...Object.keys(inputShape(name).members)), fc.string()),
        fc.jsonValue(),
      ),
    ),
  );

  test("throw nothing but an AwsError, whatever is sent", () => {
    fc.assert(
      fc.property(request, ([name, body]) => {
        try {
          validate(name, deserialize(name, JSON.parse(JSON.stringify(body))));
        } catch (error) {
          expect(AwsError.is(error) ? error.name : error).toMatch(
            /^(SerializationException|ValidationException)$/,
          );
        }
      }),
      { numRuns: 3000 },
    );
  });
});
