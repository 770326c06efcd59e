import type { Model, ModelPack, NpmSource } from "../src/packs/pack.ts";
import { meshCrop, mouthFormulas } from "./mediaPipe.ts";

/**
 * The pack whose weights all come from npm packages, so that whoever could run `npm ci` can run it. The packages are
 * fetched for these files alone: nothing of them is installed or run.
 */

const faceMeshPackage = {
  package: "@mediapipe/face_mesh",
  version: "0.4.1657299874",
  integrity:
    "sha512-Jdza+77HjDH4SQ6/DAYmnKUYdh2fU1GbhuGqXZbkK5rnJKpZLZe5KQeJmwUq9dmkYkCPSq4oe9vmcuveRPpwag==",
  tarballBytes: 7_423_898,
  /** Several files behind each other; `face_mesh_solution_packed_assets_loader.js` tells where each lies. */
  member: "face_mesh_solution_packed_assets.data",
} as const satisfies NpmSource;

const mediaPipe = {
  publisher: "Google, MediaPipe, in the npm package @mediapipe/face_mesh",
  licence: "Apache-2.0",
  licenceUrl: "https://github.com/google-ai-edge/mediapipe/blob/master/LICENSE",
  commercialUse: true,
} as const;

const blazeFace: Model = {
  name: "MediaPipe BlazeFace, short range",
  ...mediaPipe,
  form: "blazeface",
  files: [
    {
      path: "npm/face_detection_short_range.tflite",
      bytes: 229_032,
      sha256: "3bc182eb9f33925d9e58b5c8d59308a760f4adea8f282370e428c51212c26633",
      sources: [{ ...faceMeshPackage, slice: { offset: 3_757_224, bytes: 229_032 } }],
    },
  ],
};

const faceMesh: Model = {
  name: "MediaPipe Face Mesh",
  ...mediaPipe,
  form: "face-mesh",
  files: [
    {
      path: "npm/face_landmark.tflite",
      bytes: 1_241_896,
      sha256: "c603fa6149219a3e9487dc9abd7a0c24474c77263273d24868378cdf40aa26d1",
      sources: [{ ...faceMeshPackage, slice: { offset: 2_495_952, bytes: 1_241_896 } }],
    },
  ],
};

const faceFeature: Model = {
  name: "MobileFaceNet (fr_feature)",
  publisher: "Faceplugin, in the npm package faceplugin-face-recognition-js",
  licence: "MIT",
  licenceUrl: "https://github.com/Faceplugin-ltd/FaceRecognition-LivenessDetection-Javascript",
  commercialUse: true,
  form: "low-rank-embedder",
  files: [
    {
      path: "npm/fr_feature.onnx",
      bytes: 4_884_269,
      sha256: "87aacdfe57510db2af90c0251df680e8eec88f122ee94712121d09bcaaaf3581",
      sources: [
        {
          package: "faceplugin-face-recognition-js",
          version: "0.0.1",
          integrity:
            "sha512-shriXjd4zJHEwhK1jHK+bWo8Vv6Vu9B/w6RRsd4AFtNM/jaI2vhuOamOSMl9qQmLd8WlQ7dgqN+3C2iOi5pXWw==",
          tarballBytes: 41_114_878,
          member: "model/fr_feature.onnx",
        },
      ],
    },
  ],
};

const faceApiPackage = {
  package: "@vladmandic/face-api",
  version: "1.7.15",
  integrity:
    "sha512-WDMmK3CfNLo8jylWqMoQgf4nIst3M0fzx1dnac96wv/dvMTN4DxC/Pq1DGtduDk1lktCamQ3MIDXFnvrdHTXDw==",
  tarballBytes: 12_677_476,
} as const;

const ageGender: Model = {
  name: "face-api age and gender",
  publisher: "Vladimir Mandic, in the npm package @vladmandic/face-api",
  licence: "MIT",
  licenceUrl: "https://github.com/vladmandic/face-api/blob/master/LICENSE",
  commercialUse: true,
  form: "face-api-age-gender",
  files: [
    {
      path: "npm/age_gender_model-weights_manifest.json",
      bytes: 8_392,
      sha256: "74b60bf3ebf981bf4e661e9cca3a185614e10b25d797118b62e2a68d3ff2569f",
      sources: [{ ...faceApiPackage, member: "model/age_gender_model-weights_manifest.json" }],
    },
    {
      path: "npm/age_gender_model.bin",
      bytes: 429_708,
      sha256: "49f92bbc0afef2342c4385e4a2b0acb6d7a727c6f0aa539499719a81acf9abaa",
      sources: [{ ...faceApiPackage, member: "model/age_gender_model.bin" }],
    },
  ],
};

/**
 * Where the five points of a mesh lie on crops that the templates of detectors' points give: medians over photos of
 * Labeled Faces in the Wild.
 */
const templates = {
  /** For InsightFace's template of 112 pixels. */
  arcFace: [
    { x: 0.3349, y: 0.4738 },
    { x: 0.6577, y: 0.4705 },
    { x: 0.4949, y: 0.6783 },
    { x: 0.3663, y: 0.8194 },
    { x: 0.6393, y: 0.8154 },
  ],
  /** For the square that MediaPipe cuts. */
  mesh: [
    { x: 0.3721, y: 0.3756 },
    { x: 0.6237, y: 0.3744 },
    { x: 0.4967, y: 0.5352 },
    { x: 0.3947, y: 0.644 },
    { x: 0.6084, y: 0.6418 },
  ],
  /** For the default pack's template of quality, so that quality means the same. */
  quality: [
    { x: 0.3236, y: 0.4625 },
    { x: 0.6689, y: 0.4596 },
    { x: 0.4946, y: 0.6815 },
    { x: 0.3567, y: 0.832 },
    { x: 0.6484, y: 0.8282 },
  ],
} as const;

export const npmPack: ModelPack = {
  name: "npm",
  faceModelVersion: "106.0",
  weaker: "it finds a person on about one photo in a hundred fewer (docs/accuracy.md)",
  detector: blazeFace,
  embedders: [
    {
      model: faceFeature,
      settings: {
        size: 112,
        template: templates.arcFace,
        // Its publisher's code hands over red, green and blue; in this order strangers are told apart far better.
        channels: "bgr",
        mean: [127.5, 127.5, 127.5],
        scale: [128, 128, 128],
        share: 1,
        averagesMirror: true,
      },
    },
  ],
  attributes: {
    faceMesh: {
      model: faceMesh,
      input: {
        size: 192,
        ...meshCrop,
        output: "conv2d_21",
        ownTemplate: templates.mesh,
        // Fitted to photos of some people, reported on those of others: docs/attributes.md.
        expressions: {
          ...mouthFormulas,
          eyesOpen: { constant: -3.91, gap: 0, upperLid: -80.2, lowerLid: -32.8 },
        },
        pose: { yaw: { factor: 1.14, offset: 0.6 }, pitch: { factor: 1.04, offset: -3.2 } },
      },
    },
    ageGender: {
      model: ageGender,
      input: {
        size: 112,
        margin: 1.1,
        channels: "rgb",
        mean: [122.782, 117.001, 104.298],
        scale: [255, 255, 255],
        age: { output: "age", unit: 1, meanError: 6 },
        gender: { output: "gender", order: ["male", "female"] },
      },
    },
  },
  dimension: 192,
  recognition: {
    workingLongSide: 1920,
    detector: {
      outputs: "blazeface",
      minimumScore: 0.72,
      maximumOverlap: 0.3,
      longSides: [640, 160, 80],
      spacing: 4.5,
      leastCanvas: 128,
      closer: {
        fromScore: 0.1,
        belowWidth: 24,
        size: 80,
        margin: 1.5,
        most: { candidates: 64, longSide: 1280 },
      },
    },
    points: "mesh",
    qualityTemplate: templates.quality,
  },
  // As for the default pack.
  similarity: [
    [-1, 0],
    [0, 6],
    [0.129, 20],
    [0.242, 40],
    [0.335, 60],
    [0.401, 80],
    [0.545, 99],
    [1, 100],
  ],
};
