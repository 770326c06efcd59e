import type { Model, ModelPack } from "../src/recognition/packs/pack.ts";

/**
 * The model packs that Cameo knows. Hashes are those of the publishers' own files; `models/README.md` tells
 * the licences in prose.
 */

const openModelZoo = "https://storage.openvinotoolkit.org/repositories/open_model_zoo/2023.0/models_bin/1";
const openCvZoo = "https://media.githubusercontent.com/media/opencv/opencv_zoo";

const yunet: Model = {
  name: "YuNet (2023mar)",
  publisher: "OpenCV Zoo",
  licence: "MIT",
  licenceUrl: "https://github.com/opencv/opencv_zoo/blob/main/models/face_detection_yunet/LICENSE",
  commercialUse: true,
  form: "fixed-size-detector",
  files: [
    {
      path: "face_detection_yunet_2023mar.onnx",
      bytes: 232_589,
      sha256: "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4",
      sources: [
        `${openCvZoo}/main/models/face_detection_yunet/face_detection_yunet_2023mar.onnx`,
        `${openCvZoo}/82b38c8f98e7b52aa171400f3e4c722352d0669f/models/face_detection_yunet/face_detection_yunet_2023mar.onnx`,
      ],
    },
  ],
};

const faceReidentification: Model = {
  name: "face-reidentification-retail-0095",
  publisher: "Intel, Open Model Zoo",
  licence: "Apache-2.0",
  licenceUrl: "https://github.com/openvinotoolkit/open_model_zoo/blob/master/LICENSE",
  commercialUse: true,
  form: "openvino",
  files: [
    {
      path: "omz/face-reidentification-retail-0095/FP16/face-reidentification-retail-0095.xml",
      bytes: 350_427,
      sha256: "ce53d2c9c08c0bd1c1660fb8a5b6d0e3e4ec19eb92f1036d2d83a85e83082dce",
      sources: [
        `${openModelZoo}/face-reidentification-retail-0095/FP16/face-reidentification-retail-0095.xml`,
      ],
    },
    {
      path: "omz/face-reidentification-retail-0095/FP16/face-reidentification-retail-0095.bin",
      bytes: 2_213_628,
      sha256: "241229ca3d206321868d46ce74a3c0b06c49cea58db7dc70b2e842ff287545d1",
      sources: [
        `${openModelZoo}/face-reidentification-retail-0095/FP16/face-reidentification-retail-0095.bin`,
      ],
    },
  ],
};

/** Every pack, by the name that `CAMEO_MODEL_PACK` takes. */
export const packs: readonly ModelPack[] = [
  {
    name: "default",
    faceModelVersion: "101.0",
    detector: yunet,
    embedder: faceReidentification,
    dimension: 256,
    recognition: {
      workingLongSide: 1920,
      detector: { minimumScore: 0.75, maximumOverlap: 0.3, longSides: [1280, 320] },
      embedder: {
        size: 128,
        template: [
          { x: 0.31556875, y: 0.46157411 },
          { x: 0.68262292, y: 0.46157411 },
          { x: 0.5002625, y: 0.64053929 },
          { x: 0.34947188, y: 0.82469196 },
          { x: 0.65343645, y: 0.82469196 },
        ],
        channels: "bgr",
        mean: [0, 0, 0],
        scale: [1, 1, 1],
      },
    },
    similarity: [
      [-1, 0],
      [0.1, 5],
      [0.43, 80],
      [0.6, 99],
      [1, 100],
    ],
  },
];
