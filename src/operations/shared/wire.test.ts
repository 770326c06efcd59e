import { describe, expect, test } from "@jest/globals";
import { landmarksOf } from "../../recognition/attributes/landmarks.ts";
import type { AnalyzedFace } from "../../recognition/contract.ts";
import type { Collection } from "../../storage/collectionStore.ts";
import type { StoredFace } from "../../storage/faceStore.ts";
import { toBoundingBox, toFace, toFaceDetail } from "./wire.ts";

/** The box and confidence of a face as IndexFaces of Rekognition answered them. */
const box = {
  left: 0.31594496965408325,
  top: 0.19342847168445587,
  width: 0.291981965303421,
  height: 0.6201834082603455,
};
const confidence = 99.99961853027344;

describe("toBoundingBox", () => {
  test("keeps the numbers as they were measured, also beyond the frame", () => {
    expect(toBoundingBox({ ...box, left: -0.1 })).toEqual({
      Left: -0.1,
      Top: box.top,
      Width: box.width,
      Height: box.height,
    });
  });
});

describe("toFaceDetail", () => {
  const face: AnalyzedFace = {
    box,
    points: {
      eyeLeft: { x: 0.1, y: 0.2 },
      eyeRight: { x: 0.3, y: 0.4 },
      nose: { x: 0.5, y: 0.6 },
      mouthLeft: { x: 0.7, y: 0.8 },
      mouthRight: { x: 0.9, y: 1 },
    },
    confidence,
    pose: { roll: 1, yaw: 2, pitch: 3 },
    quality: { brightness: 4, sharpness: 5 },
    shortcomings: ["turn"],
    attributes: {},
    embedding: Float32Array.of(1),
  };

  test("tells what was measured, and nothing else", () => {
    expect(toFaceDetail(face)).toEqual({
      BoundingBox: toBoundingBox(box),
      Landmarks: [
        { Type: "eyeLeft", X: 0.1, Y: 0.2 },
        { Type: "eyeRight", X: 0.3, Y: 0.4 },
        { Type: "mouthLeft", X: 0.7, Y: 0.8 },
        { Type: "mouthRight", X: 0.9, Y: 1 },
        { Type: "nose", X: 0.5, Y: 0.6 },
      ],
      Pose: { Roll: 1, Yaw: 2, Pitch: 3 },
      Quality: { Brightness: 4, Sharpness: 5 },
      Confidence: confidence,
    });
  });
});

describe("toFaceDetail with all attributes", () => {
  // As two recorded answers of Rekognition list them.
  const order =
    "eyeLeft eyeRight mouthLeft mouthRight nose leftEyeBrowLeft leftEyeBrowRight leftEyeBrowUp rightEyeBrowLeft rightEyeBrowRight rightEyeBrowUp leftEyeLeft leftEyeRight leftEyeUp leftEyeDown rightEyeLeft rightEyeRight rightEyeUp rightEyeDown noseLeft noseRight mouthUp mouthDown leftPupil rightPupil upperJawlineLeft midJawlineLeft chinBottom midJawlineRight upperJawlineRight";

  test("lists 30 landmarks", () => {
    const mesh = Array.from({ length: 478 }, (_, index) => ({ x: index, y: -index, z: 0 }));
    const point = (x: number) => ({ x, y: 0 });
    const { Landmarks = [], Smile } = toFaceDetail({
      box,
      points: {
        eyeLeft: point(1),
        eyeRight: point(2),
        nose: point(3),
        mouthLeft: point(4),
        mouthRight: point(5),
      },
      confidence,
      pose: { roll: 1, yaw: 2, pitch: 3 },
      quality: { brightness: 4, sharpness: 5 },
      shortcomings: [],
      attributes: { landmarks: landmarksOf(mesh), smile: { value: true, confidence: 90 } },
    });
    expect(Landmarks.map(({ Type }) => Type).join(" ")).toBe(order);
    expect(Landmarks.find(({ Type }) => Type === "chinBottom")).toEqual({
      Type: "chinBottom",
      X: 152,
      Y: -152,
    });
    expect(Smile).toEqual({ Value: true, Confidence: 90 });
  });
});

describe("toFace", () => {
  const stored: StoredFace = {
    faceId: "77aefffe-b35b-4379-912c-2a509d8340f5",
    imageId: "0b943592-6e65-3054-8d81-b143018d0f75",
    externalImageId: "guest-7",
    box,
    confidence,
    userId: null,
  };
  const collection: Collection = {
    id: 1,
    name: "party",
    modelPack: "default",
    faceModelVersion: "101.0",
    createdAt: new Date(0),
    tags: {},
    faceCount: 1,
    userCount: 0,
    version: 1,
    removalVersion: 0,
  };

  test("rounds the stored numbers as Rekognition's ListFaces answered this very face", () => {
    expect(toFace(stored, collection)).toEqual({
      FaceId: stored.faceId,
      BoundingBox: {
        Width: 0.2919819951057434,
        Height: 0.620182991027832,
        Left: 0.31594499945640564,
        Top: 0.19342799484729767,
      },
      ImageId: stored.imageId,
      ExternalImageId: "guest-7",
      Confidence: 99.99960327148438,
      IndexFacesModelVersion: "101.0",
    });
  });

  test("leaves ExternalImageId and UserId out where there is none", () => {
    const face = toFace({ ...stored, externalImageId: null }, collection);
    expect(face).not.toHaveProperty("ExternalImageId");
    expect(face).not.toHaveProperty("UserId");
  });

  test("names the user whose face it is", () => {
    expect(toFace({ ...stored, userId: "ada" }, collection).UserId).toBe("ada");
  });
});
