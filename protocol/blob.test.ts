import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { decodeBlob, readBlob } from "./blob.ts";
import { AwsError } from "./errors.ts";

describe("readBlob", () => {
  test("gives back any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect([...readBlob(Buffer.from(bytes).toString("base64"))]).toEqual([...bytes]);
      }),
    );
  });

  test("takes a string only when it is the base64 of its bytes", () => {
    const nearlyBase64 = fc.string({ unit: fc.constantFrom(..."AQgw+/=-_ \n\u0141é"), maxLength: 8 });
    fc.assert(
      fc.property(nearlyBase64, (text) => {
        let blob: Buffer | undefined;
        try {
          blob = readBlob(text);
        } catch (error) {
          expect(AwsError.is(error)).toBe(true);
        }
        expect(blob !== undefined).toBe(Buffer.from(text, "base64").toString("base64") === text);
      }),
      { numRuns: 2000 },
    );
  });

  test("takes of bytes what it takes of a string", () => {
    const nearlyBase64 = fc.string({ unit: fc.constantFrom(..."AQgw+/=-_ é"), maxLength: 8 });
    // Around the pieces in which bytes are decoded.
    const before = fc.constantFrom(0, 1, 8191, 8192, 8193).map((groups) => "QUJD".repeat(groups));
    fc.assert(
      fc.property(before, nearlyBase64, nearlyBase64, (start, middle, end) => {
        const text = start + middle + end;
        const expected =
          Buffer.from(text, "base64").toString("base64") === text && Buffer.from(text, "base64");
        expect(decodeBlob(Buffer.from(text)) ?? false).toEqual(expected);
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    ["23456", "Base64 encoded length is expected a multiple of 4 bytes but found: 5"],
    ["=+/=", "Invalid Base64 character: '='"],
    ["AA-_", "Invalid Base64 character: '-'"],
    ["AAA\u0141", "Invalid Base64 character: '\u0141'"],
    ["+/+=", "Invalid last non-pad Base64 character dectected"],
  ])("refuses %j", (text, reason) => {
    expect(() => readBlob(text)).toThrow(
      expect.objectContaining({
        name: "SerializationException",
        message: `STRING_VALUE can not be converted to a Blob: ${reason}`,
      }),
    );
  });

  test("gives even a small blob memory of its own", () => {
    expect(readBlob("QUJD").buffer.byteLength).toBe(3);
  });
});
