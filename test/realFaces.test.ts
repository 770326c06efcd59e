import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  CreateCollectionCommand,
  DetectFacesCommand,
  type FaceDetail,
  IndexFacesCommand,
  RekognitionClient,
  SearchFacesByImageCommand,
} from "@aws-sdk/client-rekognition";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import sharp from "sharp";
import { catalogue } from "../models/packs.ts";
import { developmentCredential, readConfig } from "../src/boot/config.ts";
import { findPack } from "../src/packs/findPack.ts";
import { ModelsMissingError, preparePack } from "../src/packs/prepare.ts";
import { type ServiceProcess, startServiceProcess } from "./support/serviceProcess.ts";

/**
 * The main job with trained models on photos of people, on any machine that reaches its npm registry: weights and photos
 * both come from npm packages.
 */
const samples = path.join(
  path.dirname(createRequire(import.meta.url).resolve("@vladmandic/face-api/package.json")),
  "demo",
);

/** The photos, and how many people are on each. */
const photos = {
  "sample1.jpg": 3,
  "sample2.jpg": 3,
  "sample3.jpg": 3,
  "sample4.jpg": 4,
  "sample5.jpg": 5,
  "sample6.jpg": 4,
} as const;

interface Selfie {
  readonly photo: keyof typeof photos;
  /** The square that is cut out, in pixels of the photo. */
  readonly square: { readonly left: number; readonly top: number; readonly size: number };
  /** The photos that its person is on. */
  readonly on: readonly (keyof typeof photos)[];
}

const selfies: readonly Selfie[] = [
  {
    photo: "sample3.jpg",
    square: { left: 960, top: 90, size: 450 },
    on: ["sample1.jpg", "sample3.jpg"],
  },
  {
    photo: "sample4.jpg",
    square: { left: 160, top: 120, size: 380 },
    on: ["sample1.jpg", "sample4.jpg"],
  },
  { photo: "sample6.jpg", square: { left: 1080, top: 200, size: 420 }, on: ["sample6.jpg"] },
];

/** Why the weights cannot be had here; nothing where they can. */
async function whyNoWeights(): Promise<string | undefined> {
  const { modelsDir, modelMirrors } = readConfig({ ...process.env, CAMEO_HOST: undefined });
  const report = { progress: () => undefined, ready: () => undefined, warn: () => undefined };
  try {
    await preparePack(findPack("npm", catalogue.packs), { modelsDir, mirrors: modelMirrors, report });
    return undefined;
  } catch (error) {
    if (error instanceof ModelsMissingError) return error.message;
    throw error;
  }
}

const missing = await whyNoWeights();
if (missing !== undefined) console.warn(`Skipped: ${missing}`);

(missing === undefined ? describe : describe.skip)("real faces (needs the npm registry once)", () => {
  const CollectionId = "album";
  let folder: string;
  let service: ServiceProcess;
  let client: RekognitionClient;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "cameo-real-"));
    service = await startServiceProcess({
      models: "trained",
      env: { CAMEO_DATA_DIR: folder, CAMEO_MODEL_PACK: "npm" },
    });
    client = new RekognitionClient({
      endpoint: service.endpoint,
      region: "us-east-1",
      credentials: developmentCredential,
    });
    await client.send(new CreateCollectionCommand({ CollectionId }));
  });

  afterAll(async () => {
    client?.destroy();
    await service?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  test.each(Object.entries(photos))("everybody on %s is found", async (photo, people) => {
    const { FaceRecords, UnindexedFaces } = await client.send(
      new IndexFacesCommand({
        CollectionId,
        ExternalImageId: photo,
        Image: { Bytes: await readFile(path.join(samples, photo)) },
      }),
    );
    expect(FaceRecords).toHaveLength(people);
    expect(UnindexedFaces).toEqual([]);
  });

  test.each(selfies)(
    "a selfie cut out of $photo finds its person's photos",
    async ({ photo, square, on }) => {
      const { left, top, size } = square;
      // From memory: where the service's decoder is loaded, sharp opens no files.
      const Bytes = await sharp(await readFile(path.join(samples, photo)))
        .extract({ left, top, width: size, height: size })
        .resize(320)
        .modulate({ brightness: 1.1 })
        .jpeg({ quality: 80 })
        .toBuffer();
      const { FaceMatches } = await client.send(
        new SearchFacesByImageCommand({ CollectionId, Image: { Bytes }, FaceMatchThreshold: 80 }),
      );
      expect(FaceMatches?.map(({ Face }) => Face?.ExternalImageId).sort()).toEqual([...on]);
    },
  );

  test("faces are told of in the photo's own frame", async () => {
    const Bytes = await readFile(path.join(samples, "sample3.jpg"));
    const { FaceDetails = [] } = await client.send(
      new DetectFacesCommand({ Image: { Bytes }, Attributes: ["ALL"] }),
    );
    const [largest] = FaceDetails;
    // The woman in the middle, by eye: her face from hair to chin, of 1920 x 1350 pixels.
    expect(largest?.BoundingBox?.Left).toBeCloseTo(1070 / 1920, 1);
    expect(largest?.BoundingBox?.Top).toBeCloseTo(208 / 1350, 1);
    for (const face of FaceDetails) {
      const mark = (type: string) => landmark(face, type);
      expect(mark("eyeLeft").x).toBeLessThan(mark("eyeRight").x);
      expect(mark("eyeLeft").y).toBeLessThan(mark("nose").y);
      expect(mark("nose").y).toBeLessThan(mark("mouthLeft").y);
      expect(mark("mouthDown").y).toBeLessThan(mark("chinBottom").y);
      expect(face.Smile?.Value).toBeDefined();
      expect(face.Pose?.Yaw).toBeGreaterThan(-45);
      expect(face.Pose?.Yaw).toBeLessThan(45);
    }
  });
});

function landmark({ Landmarks = [] }: FaceDetail, type: string): { x: number; y: number } {
  const { X: x = Number.NaN, Y: y = Number.NaN } = Landmarks.find(({ Type }) => Type === type) ?? {};
  return { x, y };
}
