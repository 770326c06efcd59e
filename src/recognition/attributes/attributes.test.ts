import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { packs } from "../../../models/packs.ts";
import { drawPhoto } from "../../../test/support/drawnFaces/drawPhoto.ts";
import { makeDrawnFacesPack } from "../../../test/support/drawnFaces/pack.ts";
import type { AnalyzedFace } from "../analyze.ts";
import type { ModelPack } from "../packs/pack.ts";
import { preparePack } from "../packs/prepare.ts";
import { RecognizerPool } from "../recognizerPool.ts";
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
    worker: new URL("../../../dist/src/recognition/worker.js", import.meta.url),
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
