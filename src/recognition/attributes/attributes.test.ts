import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { packs } from "../../../models/packs.ts";
import { drawPhoto } from "../../../test/support/drawnFaces/drawPhoto.ts";
import { makeDrawnFacesPack } from "../../../test/support/drawnFaces/pack.ts";
import { ageGenderShapes, writeFaceApiFiles } from "../../../test/support/onnx/faceApiFiles.ts";
import { writeTflite } from "../../../test/support/onnx/tfliteFile.ts";
import type { Model, ModelFile, ModelForm, ModelPack } from "../../packs/pack.ts";
import { preparePack } from "../../packs/prepare.ts";
import type { AnalyzedFace } from "../contract.ts";
import { RecognizerPool } from "../pool/recognizerPool.ts";
import type { FaceAttribute } from "./faceAttributes.ts";

/** Trained models and photos lie beside a checkout; they are no part of it. */
const shared = fileURLToPath(new URL("../../../../shared/", import.meta.url));
const hasModels = existsSync(path.join(shared, "models")) && existsSync(path.join(shared, "photos"));
if (!hasModels) console.warn(`Skipped: no trained models and photos at ${shared}`);

const all: readonly FaceAttribute[] = ["ageRange", "gender", "smile", "eyesOpen", "mouthOpen", "landmarks"];

async function openPool(pack: ModelPack, modelsDir: string): Promise<RecognizerPool> {
  const prepared = await preparePack(pack, {
    modelsDir,
    mirrors: [path.join(shared, "models")],
    report: { progress: () => undefined, ready: () => undefined, warn: () => undefined },
  });
  return new RecognizerPool(prepared, {
    threads: 1,
    queueLimit: 10,
    worker: new URL("../../../dist/src/recognition/pool/worker.js", import.meta.url),
    onThreadError: () => undefined,
  });
}

async function largestFace(
  pool: RecognizerPool,
  bytes: Uint8Array,
  attributes: readonly FaceAttribute[],
): Promise<AnalyzedFace> {
  const { faces } = await pool.analyze(Uint8Array.from(bytes), {
    urgency: "interactive",
    embedLargest: 0,
    attributes,
  });
  if (faces[0] === undefined) throw new Error("No face was found");
  return faces[0];
}

let folder: string;
let pool: RecognizerPool;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "attributes-"));
});

afterAll(() => rm(folder, { recursive: true }));

describe("a pack without nets for attributes", () => {
  beforeAll(async () => {
    pool = await openPool(await makeDrawnFacesPack(folder), folder);
  });

  afterAll(() => pool.close());

  test("tells none, and the pose by five points", async () => {
    const { bytes } = drawPhoto({
      width: 400,
      height: 400,
      faces: [{ identity: "Ada", x: 200, y: 200, size: 150, rotation: 20 }],
    });
    const face = await largestFace(pool, bytes, all);
    expect(face.attributes).toEqual({});
    expect(face.pose.roll).toBeCloseTo(20, 0);
  });
});

/** Width and height of the crop that the made-up mesh is of. */
const meshSide = 192;

/**
 * A net that sees the same mesh in every crop, with eyes that are shut: that of a head turned by 20 degrees to the
 * image's right.
 */
function writeMeshNet(): Uint8Array {
  const vertices = new Float32Array(3 * 468).fill(meshSide / 2);
  const turn = (20 * Math.PI) / 180;
  const place = (vertex: number, across: number, y: number) => {
    vertices.set([meshSide / 2 + across * Math.cos(turn), y, across * Math.sin(turn)], 3 * vertex);
  };
  for (const [vertex, across] of [
    [33, -40],
    [263, 40],
    [133, -20],
    [362, 20],
    [234, -70],
    [454, 70],
  ] as const) {
    place(vertex, across, 72);
  }
  for (const lid of [158, 159, 160, 153, 145, 144]) place(lid, -30, 75);
  for (const lid of [385, 386, 387, 380, 374, 373]) place(lid, 30, 75);
  place(10, 0, 20);
  place(164, 0, 130);
  place(152, 0, 160);
  const valid = { 0: { byte: 1 }, 1: { int: 1 }, 2: { int: 1 } };
  return writeTflite({
    tensors: [
      { name: "crop", dims: [1, meshSide, meshSide, 3] },
      { name: "pooled", dims: [1, 1, 1, 3] },
      { name: "nought", dims: [vertices.length, 1, 1, 3], data: new Float32Array(3 * vertices.length) },
      { name: "vertices", dims: [vertices.length], data: vertices },
      { name: "mesh", dims: [1, 1, 1, vertices.length] },
    ],
    inputs: ["crop"],
    outputs: ["mesh"],
    operators: [
      {
        code: 17,
        inputs: ["crop"],
        outputs: ["pooled"],
        options: { ...valid, 3: { int: meshSide }, 4: { int: meshSide } },
      },
      { code: 3, inputs: ["pooled", "nought", "vertices"], outputs: ["mesh"], options: valid },
    ],
  });
}

/** A net that takes everyone for a man of 33.4 years, three times as surely as for a woman. */
function writeAgeGenderNet(): readonly Uint8Array[] {
  const answers: Readonly<Record<string, number[]>> = {
    "fc/age/bias": [33.4],
    "fc/gender/bias": [Math.log(3), 0],
  };
  const { manifest, bin } = writeFaceApiFiles(
    ageGenderShapes({ entry: 2, middle: 2, exit: 2 }).map(([name, shape]) => ({
      name,
      shape,
      data: Float32Array.from(
        { length: shape.reduce((product, dim) => product * dim, 1) },
        (_, index) => answers[name]?.[index] ?? 0,
      ),
    })),
  );
  return [manifest, bin];
}

/** The pack of drawn faces with such nets. */
async function makeMeshPack(modelsDir: string): Promise<ModelPack> {
  const pack = await makeDrawnFacesPack(modelsDir);
  const write = async (form: ModelForm, contents: readonly Uint8Array[]): Promise<Model> => {
    const files = await Promise.all(
      contents.map(async (bytes, index): Promise<ModelFile> => {
        const name = `${form}-${index}`;
        await writeFile(path.join(modelsDir, name), bytes);
        const sha256 = createHash("sha256").update(bytes).digest("hex");
        return { path: name, bytes: bytes.length, sha256, sources: [] };
      }),
    );
    return { ...pack.detector, name: form, form, files };
  };
  const pixels = { channels: "rgb", mean: [0, 0, 0], scale: [255, 255, 255] } as const;
  const unchanged = { factor: 1, offset: 0 };
  return {
    ...pack,
    attributes: {
      faceMesh: {
        model: await write("face-mesh", [writeMeshNet()]),
        input: {
          ...pixels,
          size: meshSide,
          template: pack.recognition.qualityTemplate,
          output: "mesh",
          expressions: {
            smile: { constant: 1, width: 0, cornersToEyes: 0 },
            mouthOpen: { constant: -1, gap: 0 },
            eyesOpen: { constant: -1, gap: 10, upperLid: 0, lowerLid: 0 },
          },
          pose: { yaw: unchanged, pitch: unchanged },
        },
      },
      ageGender: {
        model: await write("face-api-age-gender", writeAgeGenderNet()),
        input: {
          ...pixels,
          size: 112,
          margin: 1,
          age: { output: "age", unit: 1, meanError: 5 },
          gender: { output: "gender", order: ["male", "female"] },
        },
      },
    },
  };
}

describe("a pack with a mesh of 468 vertices and face-api's net", () => {
  beforeAll(async () => {
    pool = await openPool(await makeMeshPack(folder), folder);
  });

  afterAll(() => pool.close());

  test("tells pose, landmarks and expressions by the mesh, age and gender by the net", async () => {
    const { bytes } = drawPhoto({
      width: 400,
      height: 400,
      faces: [{ identity: "Ada", x: 200, y: 200, size: 150, rotation: 20 }],
    });
    const { attributes, pose } = await largestFace(pool, bytes, all);
    expect(pose.roll).toBeCloseTo(20, 0);
    expect(pose.yaw).toBeCloseTo(20, 0);
    expect(pose.pitch).toBeCloseTo(0, 0);
    expect(attributes.ageRange).toEqual({ low: 28, high: 38 });
    expect(attributes.gender?.value).toBe("male");
    expect(attributes.gender?.confidence).toBeCloseTo(75, 3);
    expect(attributes.smile?.value).toBe(true);
    expect(attributes.mouthOpen?.value).toBe(false);
    expect(attributes.eyesOpen?.value).toBe(false);
    // A third of the crop below its middle, along the face.
    const tilt = (20 * Math.PI) / 180;
    const down = 150 * ((160 - 96) / meshSide);
    const { chinBottom, leftPupil, rightPupil } = attributes.landmarks ?? {};
    if (!chinBottom || !leftPupil || !rightPupil) throw new Error("The face has no landmarks");
    const [x, y] = [200 - down * Math.sin(tilt), 200 + down * Math.cos(tilt)];
    expect(Math.hypot(400 * chinBottom.x - x, 400 * chinBottom.y - y)).toBeLessThan(5);
    expect(leftPupil.x).toBeLessThan(rightPupil.x);
  });
});

(hasModels ? describe : describe.skip)("the default pack (needs ../shared)", () => {
  beforeAll(async () => {
    const [pack] = packs;
    if (pack === undefined) throw new Error("There is no model pack");
    pool = await openPool(pack, folder);
  });

  afterAll(() => pool.close());

  const photo = (name: string) => readFile(path.join(shared, "photos", name));

  test("runs", async () => {
    await expect(pool.check()).resolves.toBeUndefined();
  });

  test.each([
    ["inspireface/reaction/open_eyes.png", { eyesOpen: true }],
    ["inspireface/reaction/close_eyes.jpeg", { eyesOpen: false }],
    ["tbbt/happy.jpg", { smile: true, gender: "female" }],
    ["tbbt/sad.jpg", { smile: false, mouthOpen: false, gender: "male" }],
    ["tbbt/fearful.jpg", { mouthOpen: true, gender: "male" }],
    ["tbbt/surprised.jpg", { mouthOpen: true, gender: "female" }],
  ] as const)("what a photo shows: %s", async (name, shownInPhoto) => {
    const { attributes } = await largestFace(pool, await photo(name), all);
    const values = {
      smile: attributes.smile?.value,
      eyesOpen: attributes.eyesOpen?.value,
      mouthOpen: attributes.mouthOpen?.value,
      gender: attributes.gender?.value,
    };
    expect(values).toMatchObject(shownInPhoto);
    for (const told of [attributes.smile, attributes.eyesOpen, attributes.mouthOpen, attributes.gender]) {
      expect(told?.confidence).toBeGreaterThanOrEqual(50);
      expect(told?.confidence).toBeLessThanOrEqual(100);
    }
  });

  test("tells what is asked for, and nothing else", async () => {
    const happy = await photo("tbbt/happy.jpg");
    for (const attributes of [[], ["gender"], ["smile", "ageRange"], all] as const) {
      const face = await largestFace(pool, happy, attributes);
      expect(Object.keys(face.attributes).sort()).toEqual([...attributes].sort());
    }
  });

  test("landmarks lie where the detector's points say", async () => {
    const { attributes, points, box } = await largestFace(pool, await photo("tbbt/neutral.jpg"), all);
    const { landmarks: marks } = attributes;
    if (marks === undefined) throw new Error("The face has no landmarks");
    expect(marks.leftEyeLeft.x).toBeLessThan(points.eyeLeft.x);
    expect(marks.leftEyeRight.x).toBeGreaterThan(points.eyeLeft.x);
    expect(marks.rightEyeLeft.x).toBeLessThan(points.eyeRight.x);
    for (const [pupil, up, down] of [
      [marks.leftPupil, marks.leftEyeUp, marks.leftEyeDown],
      [marks.rightPupil, marks.rightEyeUp, marks.rightEyeDown],
    ] as const) {
      expect(pupil.y).toBeGreaterThan(up.y);
      expect(pupil.y).toBeLessThan(down.y);
    }
    expect(marks.mouthUp.y).toBeLessThan(points.mouthLeft.y);
    expect(marks.mouthDown.y).toBeGreaterThan(points.mouthLeft.y);
    expect(marks.leftEyeBrowUp.y).toBeLessThan(marks.leftEyeUp.y);
    expect(Math.abs(marks.chinBottom.y - (box.top + box.height))).toBeLessThan(0.1 * box.height);
  });

  test("the pose tells which way a head is turned", async () => {
    const pose = async (name: string) =>
      (await largestFace(pool, await photo(`inspireface/pose/${name}`), [])).pose;
    expect((await pose("rise_face.jpeg")).pitch).toBeGreaterThan(10);
    expect((await pose("lower_face.jpeg")).pitch).toBeLessThan(-10);
    expect((await pose("left_face.jpeg")).yaw).toBeLessThan(-30);
    expect((await pose("right_face.png")).yaw).toBeGreaterThan(30);
    expect((await pose("left_wryneck.png")).roll).toBeLessThan(-30);
  });
});
