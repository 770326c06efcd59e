import { describe, expect, test } from "@jest/globals";
import { deserialize } from "./deserialize.ts";
import { AwsError } from "./errors.ts";
import { parseBody } from "./json.ts";

const parse = (body: string) => parseBody(Buffer.from(body));

const megabyte = 2 ** 20;

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
    ["lists in lists", "[".repeat(10 * megabyte)],
    ["lists in lists, closed", `{"A":${"[".repeat(5 * megabyte)}${"]".repeat(5 * megabyte)}}`],
    ["objects in objects", '{"A":'.repeat(2 * megabyte)],
    ["empty objects", `{"A":[${"{},".repeat(3 * megabyte)}1]}`],
  ])("refuses 10 MB of %s at once", (_, body) => {
    const bytes = Buffer.from(body);
    const start = performance.now();
    expect(() => parseBody(bytes)).toThrow(
      expect.objectContaining({ name: "SerializationException", message: "" }),
    );
    expect(performance.now() - start).toBeLessThan(1000);
  });

  describe("with an image", () => {
    const image = Buffer.from(Array.from({ length: 30_001 }, (_, index) => index * index));
    const base64 = image.toString("base64");

    test("gives its bytes", () => {
      const input = {
        Café: "ü",
        Source: { Bytes: base64 },
        Images: [base64, "QUJD"],
        Target: { Bytes: base64 },
      };
      expect(parse(JSON.stringify(input))).toEqual({
        Café: "ü",
        Source: { Bytes: image },
        Images: [image, "QUJD"],
        Target: { Bytes: image },
      });
    });

    test("reads 7 MB beside 4096 face ids", () => {
      const faceIds = Array.from({ length: 4096 }, (_, i) => `00000000-0000-0000-0000-${i}`);
      const large = Buffer.alloc(5.25 * megabyte, image);
      const { FaceIds, Bytes } = parse(JSON.stringify({ FaceIds: faceIds, Bytes: large.toString("base64") }));
      expect(FaceIds).toEqual(faceIds);
      expect(large.equals(Bytes as Buffer)).toBe(true);
    });

    test.each([
      ["a body with escapes", { Bytes: base64, Name: '"\\' }],
      ["what is cut short", { Bytes: base64.slice(0, -1) }],
      ["another alphabet", { Bytes: `${base64.slice(0, -4)}AA-_` }],
      ["padding within", { Bytes: `QQ==${base64}` }],
      ["unused bits", { Bytes: `${base64}QR==` }],
      ["a character beyond ASCII", { Bytes: `${base64}QUJé` }],
      ["a name", { [base64]: 1 }],
    ])("leaves strings as they are: %s", (_, input) => {
      expect(parse(JSON.stringify(input))).toEqual(input);
    });

    test("reads an indented body", () => {
      const { Image } = parse(JSON.stringify({ Image: { Bytes: base64 } }, null, 2));
      expect(deserialize("DetectFaces", { Image })).toEqual({ Image: { Bytes: image } });
    });

    test("does not take a string for the place of an image", () => {
      const body = JSON.stringify({ Image: { Bytes: base64 }, Name: "\0" + "0" });
      expect(parse(body)).toEqual({ Image: { Bytes: base64 }, Name: "\0" + "0" });
      expect(() => parse(body.replace("\\u0000", "\0"))).toThrow(AwsError);
    });

    test.each([
      ['{"A":1}x"IMAGE",'],
      ['{"A":"IMAGE",}'],
      ['{"A" "IMAGE"}'],
      ['{"A":"IMAGE"'],
      ['{"A":"IMAGE'],
      ['{A":"IMAGE"}'],
    ])("refuses %s", (body) => {
      expect(() => parse(body.replace("IMAGE", base64))).toThrow(AwsError);
    });
  });
});
