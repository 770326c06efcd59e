import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { imageIdOf, RequestImageSource } from "./imageSource.ts";

const images = new RequestImageSource();
const bytes = Uint8Array.of(1, 2, 3);
const s3Object = { Bucket: "album", Name: "photo.jpg" };

describe("RequestImageSource", () => {
  test("gives the request's bytes", async () => {
    expect(await images.read({ Bytes: bytes })).toBe(bytes);
  });

  test("refuses a request without an image, and one with two", async () => {
    for (const image of [{}, { Bytes: bytes, S3Object: s3Object }]) {
      await expect(images.read(image)).rejects.toMatchObject({ name: "InvalidParameterException" });
    }
  });

  test("answers an image in S3 as one that cannot be had", async () => {
    await expect(images.read({ S3Object: s3Object })).rejects.toMatchObject({
      name: "InvalidS3ObjectException",
    });
  });
});

describe("imageIdOf", () => {
  test("is a UUID of version 3 and of RFC 9562's variant", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (content) => {
        expect(imageIdOf(content)).toMatch(
          /^[0-9a-f]{8}-[0-9a-f]{4}-3[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
        );
      }),
    );
  });

  test("is equal for equal bytes, and another for others", () => {
    expect(imageIdOf(Uint8Array.from(bytes))).toBe(imageIdOf(bytes));
    expect(imageIdOf(Uint8Array.of(1, 2, 4))).not.toBe(imageIdOf(bytes));
  });

  test("is the MD5 of the bytes but for the six bits that mark it", () => {
    // MD5 of nothing: d41d8cd98f00b204e9800998ecf8427e (RFC 1321, appendix A.5).
    expect(imageIdOf(new Uint8Array())).toBe("d41d8cd9-8f00-3204-a980-0998ecf8427e");
  });
});
