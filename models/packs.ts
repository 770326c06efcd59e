import type { ModelCatalogue } from "../src/packs/choosePack.ts";
import type { Model, ModelPack } from "../src/packs/pack.ts";
import type { SimilarityCurve } from "../src/recognition/similarity.ts";
import { det10g, det500m, mobileFaceNet600k, resNet600k } from "./insightFace.ts";
import { meshCrop, mouthFormulas } from "./mediaPipe.ts";
import { npmPack } from "./npmPack.ts";

/**
 * The model packs that Cameo knows. Hashes are those of the publishers' own files; `models/README.md` tells
 * the licences in prose.
 */

const openModelZoo = "https://storage.openvinotoolkit.org/repositories/open_model_zoo/2023.0/models_bin/1";
/** The hash of today's release is another one. */
const openModelZoo2021 =
  "https://download.01.org/opencv/2021/openvinotoolkit/2021.2/open_model_zoo/models_bin/3";
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

const mobileFaceNet: Model = {
  name: "MobileFaceNet",
  publisher: "foamliu",
  licence: "Apache-2.0",
  licenceUrl: "https://github.com/foamliu/MobileFaceNet/blob/master/LICENSE",
  commercialUse: true,
  form: "onnx",
  files: [
    {
      path: "MobileFaceNet_foamliu.onnx",
      bytes: 3_998_070,
      sha256: "b7120c095d60094f28a4a54ba6a8bf51b297a6273fb40ef6350dfec1f63d9507",
      sources: [
        "https://github.com/foamliu/MobileFaceNet/raw/a6cc9032a659b615f477833e1a70b5e7931bcccc/weights/MobileFaceNet.onnx",
      ],
    },
  ],
};

const sFace: Model = {
  name: "SFace (2021dec)",
  publisher: "OpenCV Zoo",
  licence: "Apache-2.0",
  licenceUrl: "https://github.com/opencv/opencv_zoo/blob/main/models/face_recognition_sface/LICENSE",
  commercialUse: true,
  form: "onnx",
  files: [
    {
      path: "face_recognition_sface_2021dec.onnx",
      bytes: 38_696_353,
      sha256: "0ba9fbfa01b5270c96627c4ef784da859931e02f04419c829e83484087c34e79",
      sources: [
        `${openCvZoo}/main/models/face_recognition_sface/face_recognition_sface_2021dec.onnx`,
        `${openCvZoo}/47534e27c9851bb1128ccc0102f1145e27f23f98/models/face_recognition_sface/face_recognition_sface_2021dec.onnx`,
      ],
    },
  ],
};

const headPose: Model = {
  name: "head-pose-estimation-adas-0001",
  publisher: "Intel, Open Model Zoo",
  licence: "Apache-2.0",
  licenceUrl: "https://github.com/openvinotoolkit/open_model_zoo/blob/master/LICENSE",
  commercialUse: true,
  form: "openvino",
  files: [
    {
      path: "omz/head-pose-estimation-adas-0001/FP16/head-pose-estimation-adas-0001.xml",
      bytes: 78_824,
      sha256: "7a00509b02c15371c8156b848daf2825a061488b6f1b257ccbb648596c0a1ef3",
      sources: [`${openModelZoo}/head-pose-estimation-adas-0001/FP16/head-pose-estimation-adas-0001.xml`],
    },
    {
      path: "omz/head-pose-estimation-adas-0001/FP16/head-pose-estimation-adas-0001.bin",
      bytes: 3_823_816,
      sha256: "035c41b04268c4541fc0d7fc4a131070bc2d424324ad8e1163f83953ee8bb0b1",
      sources: [`${openModelZoo}/head-pose-estimation-adas-0001/FP16/head-pose-estimation-adas-0001.bin`],
    },
  ],
};

const ageGender: Model = {
  name: "age-gender-recognition-retail-0013 (2021.2)",
  publisher: "Intel, Open Model Zoo",
  licence: "Apache-2.0",
  licenceUrl: "https://github.com/openvinotoolkit/open_model_zoo/blob/master/LICENSE",
  commercialUse: true,
  form: "openvino",
  files: [
    {
      path: "omz/age-gender-recognition-retail-0013/FP16-INT8/age-gender-recognition-retail-0013.xml",
      bytes: 74_320,
      sha256: "634d4a1f0515dbe704d05a6dd9fd86c148d5d5a9d9a83f858c587424f0c7660f",
      sources: [
        `${openModelZoo2021}/age-gender-recognition-retail-0013/FP16-INT8/age-gender-recognition-retail-0013.xml`,
      ],
    },
    {
      path: "omz/age-gender-recognition-retail-0013/FP16-INT8/age-gender-recognition-retail-0013.bin",
      bytes: 2_150_120,
      sha256: "4120ee9d73ad5e4ee34fc8a9ea77de6dfebfe784bc04a386a258e71ecef1613f",
      sources: [
        `${openModelZoo2021}/age-gender-recognition-retail-0013/FP16-INT8/age-gender-recognition-retail-0013.bin`,
      ],
    },
  ],
};

const faceMesh: Model = {
  name: "MediaPipe Face Landmarker",
  publisher: "Google, MediaPipe",
  licence: "Apache-2.0",
  licenceUrl: "https://github.com/google-ai-edge/mediapipe/blob/master/LICENSE",
  commercialUse: true,
  form: "face-landmarker-task",
  files: [
    {
      path: "face_landmarker.task",
      bytes: 3_758_596,
      sha256: "64184e229b263107bc2b804c6625db1341ff2bb731874b0bcc2fe6544e0bc9ff",
      sources: [
        "https://storage.googleapis.com/mediapipe-models/face_landmarker/face_landmarker/float16/1/face_landmarker.task",
        "https://storage.googleapis.com/mediapipe-models/face_landmarker/face_landmarker/float16/latest/face_landmarker.task",
      ],
    },
  ],
};

const faceReidentificationTemplate = [
  { x: 0.31556875, y: 0.46157411 },
  { x: 0.68262292, y: 0.46157411 },
  { x: 0.5002625, y: 0.64053929 },
  { x: 0.34947188, y: 0.82469196 },
  { x: 0.65343645, y: 0.82469196 },
] as const;

/** InsightFace's template for crops of 112 pixels, which most embedders since ArcFace are aligned by. */
const arcFaceTemplate = [
  { x: 38.2946 / 112, y: 51.6963 / 112 },
  { x: 73.5318 / 112, y: 51.5014 / 112 },
  { x: 56.0252 / 112, y: 71.7366 / 112 },
  { x: 41.5493 / 112, y: 92.3655 / 112 },
  { x: 70.7299 / 112, y: 92.2041 / 112 },
] as const;

const arcFaceInput = { size: 112, template: arcFaceTemplate, channels: "rgb" } as const;

const mobileFaceNetInput = {
  ...arcFaceInput,
  // ImageNet's mean and deviation, for 0..255.
  mean: [123.675, 116.28, 103.53],
  scale: [58.395, 57.12, 57.375],
} as const;

/** For a net that is a pack's only one. */
const alone = { share: 1, averagesMirror: true } as const;

const defaultPack = {
  name: "default",
  faceModelVersion: "101.0",
  detector: yunet,
  embedders: [
    {
      model: faceReidentification,
      settings: {
        size: 128,
        template: faceReidentificationTemplate,
        channels: "bgr",
        mean: [0, 0, 0],
        scale: [1, 1, 1],
        share: 0.6,
        averagesMirror: false,
      },
    },
    { model: mobileFaceNet, settings: { ...mobileFaceNetInput, share: 0.4, averagesMirror: false } },
  ],
  attributes: {
    headPose: {
      model: headPose,
      input: { size: 60, margin: 1.15, channels: "bgr", mean: [0, 0, 0], scale: [1, 1, 1] },
    },
    ageGender: {
      model: ageGender,
      input: {
        size: 62,
        margin: 1,
        channels: "bgr",
        mean: [0, 0, 0],
        scale: [1, 1, 1],
        // The mean error as its publisher tells it: 6.99 years, on some 20,000 people.
        age: { output: "age_conv3", unit: 100, meanError: 7 },
        gender: { output: "prob", order: ["female", "male"] },
      },
    },
    faceMesh: {
      model: faceMesh,
      input: {
        size: 256,
        ...meshCrop,
        output: "Identity",
        expressions: {
          ...mouthFormulas,
          eyesOpen: { constant: -6.29, gap: 59.4, upperLid: 0, lowerLid: 0 },
        },
      },
    },
  },
  dimension: 384,
  recognition: {
    workingLongSide: 1920,
    detector: { outputs: "yunet", minimumScore: 0.75, maximumOverlap: 0.3, longSides: [1280, 320] },
    points: "detector",
    qualityTemplate: faceReidentificationTemplate,
  },
  // Two strangers reach 20, 40 and 60 once in 10, 100 and 1,000 times, 80 once in some 10,000 and 99 once in a
  // million: docs/accuracy.md tells how that was measured.
  similarity: [
    [-1, 0],
    [0, 6],
    [0.12, 20],
    [0.227, 40],
    [0.316, 60],
    [0.38, 80],
    [0.528, 99],
    [1, 100],
  ],
} as const satisfies ModelPack;

const mobileFaceNetPack: ModelPack = {
  name: "mobilefacenet",
  faceModelVersion: "102.0",
  detector: yunet,
  embedders: [{ model: mobileFaceNet, settings: { ...mobileFaceNetInput, ...alone } }],
  attributes: defaultPack.attributes,
  dimension: 128,
  recognition: defaultPack.recognition,
  // As for the default pack.
  similarity: [
    [-1, 0],
    [0, 6],
    [0.14, 20],
    [0.25, 40],
    [0.333, 60],
    [0.402, 80],
    [0.548, 99],
    [1, 100],
  ],
};

/**
 * The curve of a pack that could not be measured: the cosines at which the measured packs have their knots, as
 * multiples of the cosine that tells most pairs of LFW right, which publications give. The default pack's first
 * embedder and MobileFaceNet, each alone, agree within 2 % from 80 on, within 10 % below.
 *
 * @param lfwThreshold that cosine.
 */
function curveAround(lfwThreshold: number): SimilarityCurve {
  return [
    [-1, 0],
    [0, 6],
    [0.46 * lfwThreshold, 20],
    [0.85 * lfwThreshold, 40],
    [1.16 * lfwThreshold, 60],
    [1.42 * lfwThreshold, 80],
    [1.96 * lfwThreshold, 99],
    [1, 100],
  ];
}

const sFacePack: ModelPack = {
  name: "sface",
  faceModelVersion: "103.0",
  detector: yunet,
  // OpenCV's FaceRecognizerSF hands over 0..255; the net begins by normalising.
  embedders: [{ model: sFace, settings: { ...arcFaceInput, mean: [0, 0, 0], scale: [1, 1, 1], ...alone } }],
  attributes: defaultPack.attributes,
  dimension: 128,
  recognition: defaultPack.recognition,
  similarity: curveAround(0.363),
  unmeasured: "similarities are guessed from the threshold 0.363 that OpenCV gives for LFW",
};

/** InsightFace's own least score, and the looks at which det_500m found what YuNet does. */
const scrfd = { outputs: "scrfd", minimumScore: 0.5, maximumOverlap: 0.3, longSides: [1280, 320] } as const;

const insightFaceRecognition = { ...defaultPack.recognition, detector: scrfd } as const;

const insightFaceSettings = {
  ...arcFaceInput,
  mean: [127.5, 127.5, 127.5],
  scale: [127.5, 127.5, 127.5],
  ...alone,
} as const;

const buffaloSmallPack: ModelPack = {
  name: "buffalo_s",
  faceModelVersion: "104.0",
  detector: det500m,
  embedders: [{ model: mobileFaceNet600k, settings: insightFaceSettings }],
  attributes: defaultPack.attributes,
  dimension: 512,
  recognition: insightFaceRecognition,
  similarity: curveAround(0.2314),
  unmeasured: "similarities are guessed from the threshold 0.2314 that others measured on LFW",
};

const buffaloLargePack: ModelPack = {
  name: "buffalo_l",
  faceModelVersion: "105.0",
  detector: det10g,
  embedders: [{ model: resNet600k, settings: insightFaceSettings }],
  attributes: defaultPack.attributes,
  dimension: 512,
  recognition: insightFaceRecognition,
  similarity: curveAround(0.2469),
  unmeasured: "similarities are guessed from the threshold 0.2469 that others measured on LFW",
};

/** Every pack, by the name that `CAMEO_MODEL_PACK` takes. */
export const packs: readonly ModelPack[] = [
  defaultPack,
  npmPack,
  mobileFaceNetPack,
  sFacePack,
  buffaloSmallPack,
  buffaloLargePack,
];

/** The packs of `packs`, and which of them are taken where nobody names one: the best first. */
export const catalogue: ModelCatalogue = { packs, preferred: [defaultPack.name, npmPack.name] };
