import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { storedFloat } from "../protocol/numbers.ts";
import { createClient } from "./support/client.ts";
import { TestCollections } from "./support/collections.ts";
import type { RawAnswer } from "./support/http.ts";
import { type Form, formOf } from "./support/jsonForm.ts";
import { choosePhotos, emptyPhoto } from "./support/photos.ts";
import { sendRaw, signedRequest } from "./support/rawRequest.ts";

/*
 * The forms of AWS's recorded answers (2022 and 2023, default attributes): which members, in which order, floats with
 * a point and whole numbers without, and nothing that is null. Order counts throughout.
 */

/** Headers that AWS does not send, and that stand nowhere in a client's way. */
const securityHeaders = ["cache-control", "x-content-type-options"];

const box = { Width: "float", Height: "float", Left: "float", Top: "float" } as const;
const landmark = { Type: "string", X: "float", Y: "float" } as const;
const pose = { Roll: "float", Yaw: "float", Pitch: "float" } as const;
const quality = { Brightness: "float", Sharpness: "float" } as const;
const faceDetail = {
  BoundingBox: box,
  Landmarks: [landmark],
  Pose: pose,
  Quality: quality,
  Confidence: "float",
} as const;
const comparedFace = {
  BoundingBox: box,
  Confidence: "float",
  Landmarks: [landmark],
  Pose: pose,
  Quality: quality,
} as const;
const indexedFace = { FaceId: "string", BoundingBox: box, ImageId: "string", Confidence: "float" } as const;
const storedFace = { ...indexedFace, IndexFacesModelVersion: "string" } as const;
/** Where ExternalImageId stands in the service model; the recorded requests gave none. */
const withExternalImageId = ({ Confidence, IndexFacesModelVersion, ...face }: typeof storedFace): Form => ({
  ...face,
  ExternalImageId: "string",
  Confidence,
  IndexFacesModelVersion,
});

const forms = {
  CompareFaces: {
    SourceImageFace: { BoundingBox: box, Confidence: "float" },
    FaceMatches: [{ Similarity: "float", Face: comparedFace }],
    UnmatchedFaces: [],
  },
  DeleteCollection: { StatusCode: "integer" },
  DeleteFaces: { DeletedFaces: ["string"], UnsuccessfulFaceDeletions: [] },
  DetectFaces: { FaceDetails: [faceDetail] },
  IndexFaces: {
    FaceRecords: [{ Face: indexedFace, FaceDetail: faceDetail }],
    FaceModelVersion: "string",
    UnindexedFaces: [],
  },
  ListFaces: { Faces: [storedFace], FaceModelVersion: "string" },
  SearchFacesByImage: {
    SearchedFaceBoundingBox: box,
    SearchedFaceConfidence: "float",
    FaceMatches: [{ Similarity: "float", Face: storedFace }],
    FaceModelVersion: "string",
  },
} as const satisfies Readonly<Record<string, Form>>;

const landmarkOrder = ["eyeLeft", "eyeRight", "mouthLeft", "mouthRight", "nose"];

const collections = new TestCollections(createClient());
const photos = choosePhotos();
afterAll(() => collections.deleteAll());

let CollectionId: string;
let portrait: { readonly Bytes: string };
const empty = { Bytes: Buffer.from(emptyPhoto()).toString("base64") };

async function call(operation: string, input: object): Promise<RawAnswer> {
  const target = `RekognitionService.${operation}`;
  const answer = await sendRaw(await signedRequest({ target, body: JSON.stringify(input) }));
  expect(answer.status).toBe(200);
  return answer;
}

/** Written out, so that a difference shows, and order counts. */
const written = (form: Form) => JSON.stringify(form, null, 2);

beforeAll(async () => {
  CollectionId = await collections.create();
  portrait = { Bytes: Buffer.from(await photos.portrait(0, 0)).toString("base64") };
});

/** In an order in which each finds what it needs. */
const recordedCalls: readonly (readonly [keyof typeof forms, () => object | Promise<object>])[] = [
  ["CompareFaces", () => ({ SourceImage: portrait, TargetImage: portrait })],
  ["DetectFaces", () => ({ Image: portrait })],
  ["IndexFaces", () => ({ CollectionId, Image: portrait })],
  ["ListFaces", () => ({ CollectionId })],
  ["SearchFacesByImage", () => ({ CollectionId, Image: portrait })],
  ["DeleteFaces", async () => ({ CollectionId, FaceIds: [await firstFaceId()] })],
  ["DeleteCollection", async () => ({ CollectionId: await collections.create() })],
];

async function firstFaceId(): Promise<string> {
  const { text } = await call("ListFaces", { CollectionId });
  return /"FaceId":"([^"]+)"/.exec(text)?.[1] as string;
}

describe("answers have the form of AWS's", () => {
  test.each(recordedCalls)("%s", async (operation, input) => {
    const { text, headers } = await call(operation, await input());
    expect(written(formOf(text))).toBe(written(forms[operation]));
    expect(text).not.toMatch(/[\s]/);
    expect(headers["content-length"]).toBe(String(Buffer.byteLength(text)));
    expect(
      Object.keys(headers)
        .filter((name) => !["connection", "keep-alive", ...securityHeaders].includes(name))
        .sort(),
    ).toEqual(["content-length", "content-type", "date", "x-amzn-requestid"]);
  });

  test("DetectFaces of an image without faces", async () => {
    expect((await call("DetectFaces", { Image: empty })).text).toBe('{"FaceDetails":[]}');
  });

  test("IndexFaces of an image without faces", async () => {
    const { text } = await call("IndexFaces", { CollectionId, Image: empty });
    expect(text).toMatch(/^\{"FaceRecords":\[\],"FaceModelVersion":"\d+\.\d+","UnindexedFaces":\[\]\}$/);
  });

  test("ListFaces of a face with an ExternalImageId, and of none", async () => {
    const collection = { CollectionId: await collections.create() };
    const none = await call("ListFaces", collection);
    expect(written(formOf(none.text))).toBe(written({ Faces: [], FaceModelVersion: "string" }));
    await call("IndexFaces", { ...collection, Image: portrait, ExternalImageId: "guest:7" });
    const { text } = await call("ListFaces", collection);
    expect(written(formOf(text))).toBe(
      written({ Faces: [withExternalImageId(storedFace)], FaceModelVersion: "string" }),
    );
  });
});

describe("numbers and ids have the form of AWS's", () => {
  /** The numbers of the answer as they stand there. */
  const numbersIn = (text: string) => text.match(/(?<=[:,[])-?\d[\d.E-]*/g) ?? [];

  test("DetectFaces writes float32 numbers in full", async () => {
    const numbers = numbersIn((await call("DetectFaces", { Image: portrait })).text);
    expect(numbers.length).toBeGreaterThanOrEqual(4 + 10 + 3 + 2 + 1);
    for (const number of numbers) expect(Math.fround(Number(number))).toBe(Number(number));
    // Of twenty measured numbers most need more digits than a float32 has.
    expect(numbers.filter((number) => number.length > 10).length).toBeGreaterThan(10);
  });

  test("ListFaces rounds to six digits what IndexFaces answered in full", async () => {
    const collection = { CollectionId: await collections.create() };
    const indexed = await call("IndexFaces", { ...collection, Image: portrait });
    const listed = await call("ListFaces", collection);
    const of = ({ text }: RawAnswer) =>
      numbersIn(/"FaceId".*?"Confidence":[^,}]+/.exec(text)?.[0] ?? "").map(Number);
    expect(of(indexed)).toHaveLength(5);
    expect(of(listed)).toEqual(of(indexed).map(storedFloat));
  });

  test("SearchFacesByImage gives the same image 100.0", async () => {
    const collection = { CollectionId: await collections.create() };
    await call("IndexFaces", { ...collection, Image: portrait });
    const { text } = await call("SearchFacesByImage", { ...collection, Image: portrait });
    expect(text).toContain('"FaceMatches":[{"Similarity":100.0,"Face":{');
  });

  test("IndexFaces gives FaceIds of version 4, and an ImageId of version 3 that is the image's", async () => {
    const ids = async () => {
      const { text } = await call("IndexFaces", {
        CollectionId: await collections.create(),
        Image: portrait,
      });
      return [/"FaceId":"([^"]+)"/.exec(text)?.[1], /"ImageId":"([^"]+)"/.exec(text)?.[1]];
    };
    const [[faceId, imageId], [otherFaceId, sameImageId]] = [await ids(), await ids()];
    expect(faceId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(imageId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-3[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(otherFaceId).not.toBe(faceId);
    expect(sameImageId).toBe(imageId);
  });

  test("CompareFaces and DetectFaces list the landmarks in AWS's order", async () => {
    for (const [operation, input] of recordedCalls.slice(0, 2)) {
      const { text } = await call(operation, await input());
      expect([...text.matchAll(/"Type":"(\w+)"/g)].map(([, type]) => type)).toEqual(landmarkOrder);
    }
  });

  test("DescribeCollection writes the time in seconds, with its milliseconds", async () => {
    const { text } = await call("DescribeCollection", { CollectionId });
    expect(text).toMatch(/"CreationTimestamp":1\.\d{1,12}E9[,}]/);
  });
});
