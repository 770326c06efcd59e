import { CompareFacesCommand, DetectFacesCommand } from "@aws-sdk/client-rekognition";
import { describe, expect, test } from "@jest/globals";
import { createCanvas } from "@napi-rs/canvas";
import { createClient, refusalOf } from "./support/client.ts";
import { pngClaiming } from "./support/hostileImages.ts";
import { choosePhotos, emptyPhoto } from "./support/photos.ts";

const client = createClient();
const photos = choosePhotos();

const detect = (Bytes: Uint8Array) => client.send(new DetectFacesCommand({ Image: { Bytes } }));

describe("DetectFaces", () => {
  test("finds faces, the largest first, where they are", async () => {
    const { FaceDetails = [] } = await detect(await photos.group());
    expect(FaceDetails).toHaveLength(2);
    const [left, right] = FaceDetails.map(({ BoundingBox }) => BoundingBox);
    expect(left?.Left).toBeLessThan(0.5);
    expect(right?.Left).toBeGreaterThan(0.5);
    for (const { Confidence, Quality, Pose, Landmarks = [], BoundingBox: box } of FaceDetails) {
      expect(Confidence).toBeGreaterThan(50);
      expect(Quality?.Brightness).toBeGreaterThan(0);
      expect(Quality?.Sharpness).toBeLessThanOrEqual(100);
      expect(Math.abs(Pose?.Roll as number)).toBeLessThan(45);
      for (const { X, Y } of Landmarks) {
        expect(X).toBeGreaterThan(box?.Left as number);
        expect(Y).toBeGreaterThan(box?.Top as number);
      }
    }
  });

  test("an image without faces gives an empty list", async () => {
    expect((await detect(emptyPhoto())).FaceDetails).toEqual([]);
  });
});

describe("CompareFaces", () => {
  test("matches the same person, and tells the other faces", async () => {
    const answer = await client.send(
      new CompareFacesCommand({
        SourceImage: { Bytes: await photos.portrait(0, 1) },
        TargetImage: { Bytes: await photos.group() },
      }),
    );
    expect(answer.FaceMatches).toHaveLength(1);
    expect(answer.FaceMatches?.[0]?.Similarity).toBeGreaterThanOrEqual(80);
    expect(answer.FaceMatches?.[0]?.Face?.BoundingBox?.Left).toBeLessThan(0.5);
    expect(answer.UnmatchedFaces).toHaveLength(1);
    expect(Object.keys(answer.SourceImageFace ?? {}).sort()).toEqual(["BoundingBox", "Confidence"]);
  });

  test("refuses a target without faces", async () => {
    const call = client.send(
      new CompareFacesCommand({
        SourceImage: { Bytes: await photos.portrait(0, 0) },
        TargetImage: { Bytes: emptyPhoto() },
      }),
    );
    expect(await refusalOf(call)).toEqual({
      name: "InvalidParameterException",
      status: 400,
      message: "Request has invalid parameters",
    });
  });

  test("refuses images that are not given", async () => {
    const call = client.send(
      new CompareFacesCommand({ SourceImage: {}, TargetImage: { Bytes: emptyPhoto() } }),
    );
    expect(await refusalOf(call)).toMatchObject({
      name: "InvalidParameterException",
      message: "Requested image should either contain bytes or s3 object.",
    });
  });
});

describe("images that cannot be analysed", () => {
  test("a text file", async () => {
    expect(await refusalOf(detect(Buffer.from("This is no image.")))).toMatchObject({
      name: "InvalidImageFormatException",
      status: 400,
    });
  });

  test("a truncated JPEG", async () => {
    const whole = await photos.portrait(0, 0);
    expect(await refusalOf(detect(whole.slice(0, whole.length / 2)))).toMatchObject({
      name: "InvalidImageFormatException",
      status: 400,
    });
  });

  test("a PNG that claims 60,000 x 60,000 pixels", async () => {
    expect(await refusalOf(detect(pngClaiming(60_000, 60_000)))).toMatchObject({ status: 400 });
  });

  test("an image of fewer than 80 pixels a side", async () => {
    const small = createCanvas(200, 79).toBuffer("image/png");
    expect(await refusalOf(detect(small))).toMatchObject({ name: "InvalidParameterException", status: 400 });
  });

  test("more than 5 MiB", async () => {
    const answer = await refusalOf(detect(Buffer.alloc(5 * 1024 * 1024 + 1)));
    expect(answer.name).toBe("ValidationException");
    expect(answer.message).toContain("Member must have length less than or equal to 5242880");
  });

  test("no bytes at all", async () => {
    const answer = await refusalOf(detect(new Uint8Array()));
    expect(answer.name).toBe("ValidationException");
    expect(answer.message).toContain("Member must have length greater than or equal to 1");
  });

  test("afterwards the service answers as before", async () => {
    expect((await detect(await photos.group())).FaceDetails).toHaveLength(2);
  });
});
