import { describe, expect, test } from "@jest/globals";
import { AwsError } from "./errors.ts";
import { parseBody } from "./json.ts";

const parse = (body: string) => parseBody(Buffer.from(body));

const MEGABYTE = 2 ** 20;

describe("parseBody", () => {
  test("reads a JSON object", () => {
    expect(parse(' {"CollectionId":"fête","MaxResults":1} ')).toEqual({
      CollectionId: "fête",
      MaxResults: 1,
    });
  });

  test("reads what lies within a larger buffer", () => {
    expect(parseBody(new Uint8Array(Buffer.from('xx{"A":1}xx')).subarray(2, 9))).toEqual({ A: 1 });
  });

  test.each(["{", "", "null", '"x"', "1", "true", '{"A":1,}', "\ufeff{}"])(
    "refuses %j without a text",
    (body) => {
      expect(() => parse(body)).toThrow(
        expect.objectContaining({ name: "SerializationException", message: "" }),
      );
    },
  );

  test("refuses a list in AWS's words", () => {
    expect(() => parse("[]")).toThrow(
      expect.objectContaining({
        name: "SerializationException",
        message: "Start of list found where not expected",
      }),
    );
  });

  test("refuses what is not UTF-8", () => {
    expect(() => parseBody(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]))).toThrow(AwsError);
  });

  test("takes __proto__ for a member like any other", () => {
    const body = parse('{"__proto__":{"polluted":true}}');
    expect(body).not.toHaveProperty("polluted");
    expect(Object.getPrototypeOf(body)).toBe(Object.getPrototypeOf({}));
  });

  test.each([
    ["lists in lists", "[".repeat(10 * MEGABYTE)],
    ["lists in lists, closed", `{"A":${"[".repeat(5 * MEGABYTE)}${"]".repeat(5 * MEGABYTE)}}`],
    ["objects in objects", '{"A":'.repeat(2 * MEGABYTE)],
    ["empty objects", `{"A":[${"{},".repeat(3 * MEGABYTE)}1]}`],
  ])("refuses 10 MB of %s at once", (_, body) => {
    const bytes = Buffer.from(body);
    const start = performance.now();
    expect(() => parseBody(bytes)).toThrow(
      expect.objectContaining({ name: "SerializationException", message: "" }),
    );
    expect(performance.now() - start).toBeLessThan(1000);
  });

  test("reads a 7 MB image beside 4096 face ids", () => {
    const FaceIds = Array.from({ length: 4096 }, (_, i) => `00000000-0000-0000-0000-${i}`);
    const input = { Image: { Bytes: "QUJD".repeat(1.75 * MEGABYTE) }, FaceIds };
    expect(parse(JSON.stringify(input))).toEqual(input);
  });
});
