import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import sharp from "sharp";
import { decodeModel } from "../../../src/nets/onnx/model.ts";
import { intersectionOverUnion, pointList } from "../../../src/recognition/geometry.ts";
import { type Background, type DrawnFace, drawPhoto, type PhotoPlan, type TrueFace } from "./drawPhoto.ts";
import { type DrawnFacesModels, writeDrawnFacesModels } from "./models.ts";
import type { ReferenceFace } from "./referenceWorker.ts";

let folder: string;
let models: DrawnFacesModels;
let worker: Worker;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "drawn-faces-"));
  models = await writeDrawnFacesModels(folder);
  const script = new URL("../../../dist/test/support/drawnFaces/referenceWorker.js", import.meta.url);
  worker = new Worker(script, { workerData: models });
});

afterAll(async () => {
  await worker.terminate();
  await rm(folder, { recursive: true });
});

describe("writeDrawnFacesModels", () => {
  test("writes the same bytes each time", async () => {
    const again = await writeDrawnFacesModels(join(folder, "again"));
    expect(await readFile(again.detector)).toEqual(await readFile(models.detector));
    expect(await readFile(again.embedder)).toEqual(await readFile(models.embedder));
    expect(await readFile(again.smallEmbedder)).toEqual(await readFile(models.smallEmbedder));
  });

  test("names inputs and outputs as YuNet and face-reidentification-retail-0095 do", async () => {
    const detector = decodeModel(await readFile(models.detector));
    expect(detector.inputs.map(({ name }) => name)).toEqual(["input"]);
    expect(detector.outputs.map(({ name, dims }) => [name, dims[2]]).sort()).toEqual([
      ["bbox_16", 4],
      ["bbox_32", 4],
      ["bbox_8", 4],
      ["cls_16", 1],
      ["cls_32", 1],
      ["cls_8", 1],
      ["kps_16", 10],
      ["kps_32", 10],
      ["kps_8", 10],
      ["obj_16", 1],
      ["obj_32", 1],
      ["obj_8", 1],
    ]);
    const embedder = decodeModel(await readFile(models.embedder));
    expect(embedder.inputs).toMatchObject([{ name: "0", dims: ["batch", 3, 128, 128] }]);
    expect(embedder.outputs).toMatchObject([{ name: "658", dims: ["batch", 256, 1, 1] }]);
  });
});

describe("the detector of drawn faces", () => {
  const sizes = [24, 28, 36, 48, 60, 90, 130, 180, 250, 320];

  test.each(sizes)("finds a face of %i pixels, upright and turned, bright and dark", async (size) => {
    const side = Math.max(160, Math.ceil(size * 1.7));
    for (const [index, rotation] of [-30, -12, 0, 20, 30].entries()) {
      const face = {
        identity: size + index,
        x: side / 2 + 3 * index,
        y: side / 2 - 2.7 * index,
        size,
        rotation,
        brightness: 0.6 + 0.15 * index,
      };
      await expectAll({ width: side, height: side, faces: [face], quality: 85 });
    }
  });

  test.each([28, 50, 64, 100, 140])("tells apart neighbours of %i pixels", async (size) => {
    for (const tilt of [0, 45, 70]) {
      const faces = crowd(3, 3, { size, distance: 1.6, tilt });
      await expectAll({ width: 6 * size, height: 6 * size, faces });
    }
  });

  test("finds faces of different sizes in one photo", async () => {
    const sizesAndPlaces = [
      [300, 190, 200],
      [120, 460, 120],
      [60, 420, 300],
      [24, 480, 400],
      [40, 560, 300],
    ] as const;
    const faces = sizesAndPlaces.map(([size, x, y]) => ({ identity: size, x, y, size }));
    await expectAll({ width: 640, height: 480, faces });
  });

  const faceless: readonly Background[] = [
    "#000",
    "#fff",
    "#f00",
    { gradient: ["#000", "#fff"] },
    { gradient: ["#f00", "#0f0", "#ff0", "#0ff", "#f0f"] },
    { noise: 1 },
    { noise: 2 },
  ];

  test.each(faceless)("finds nothing on %j", async (background) => {
    const { bytes } = drawPhoto({ width: 480, height: 320, background, faces: [] });
    expect(await analyse(bytes)).toEqual([]);
    // Coarser, and with colours that run into each other.
    expect(await analyse(await sharp(bytes).resize(48).resize(640).png().toBuffer())).toEqual([]);
  });
});

describe("the embedder of drawn faces", () => {
  const perPhoto = 20;
  const photos = 10;

  test("tells 200 identities apart, whatever the size, rotation, light and JPEG", async () => {
    const clean: Float32Array[] = [];
    const rough: Float32Array[] = [];
    for (let photo = 0; photo < photos; photo++) {
      const faces = crowd(5, 4, { size: 80, distance: 1.6, tilt: 0 }).map((face, index) => ({
        ...face,
        identity: `${photo}/${index}`,
      }));
      const upright = faces.map((face) => ({ ...face, rotation: 0, brightness: 1 }));
      const size = { width: 700, height: 580 };
      clean.push(...(await embeddings({ ...size, faces: upright, format: "png" })));
      // 30 to 87 pixels, and through two JPEGs.
      const { bytes, faces: truth } = drawPhoto({ ...size, faces, quality: 75 });
      const scale = 0.38 + photo * 0.08;
      const rescaled = await sharp(bytes)
        .resize(Math.round(size.width * scale))
        .jpeg({ quality: 80 })
        .toBuffer();
      rough.push(...inOrder(await analyse(rescaled), truth, scale).map(({ embedding }) => embedding));
    }
    expect(clean).toHaveLength(perPhoto * photos);
    const same = clean.map((embedding, index) => cosine(embedding, rough[index]!));
    const different = clean.flatMap((embedding, index) =>
      rough.filter((_, other) => other !== index).map((other) => cosine(embedding, other)),
    );
    expect(Math.min(...same)).toBeGreaterThan(0.8);
    expect(different.reduce((most, value) => Math.max(most, value), -1)).toBeLessThan(0.2);
  });

  test("takes a crop and its mirror image for the same", async () => {
    const [face] = await analyse(
      drawPhoto({
        width: 240,
        height: 240,
        faces: [{ identity: "Ada", x: 120, y: 120, size: 120, rotation: 15 }],
      }).bytes,
    );
    expect(cosine(face!.embedding, face!.mirrorEmbedding)).toBeGreaterThan(0.95);
  });
});

async function analyse(bytes: Uint8Array): Promise<readonly ReferenceFace[]> {
  worker.postMessage(bytes);
  const [faces] = await once(worker, "message");
  return faces;
}

/** Draws the plan, and expects its faces to be found where they are, and nothing else. */
async function expectAll(plan: PhotoPlan): Promise<void> {
  const { bytes, faces } = drawPhoto(plan);
  const found = inOrder(await analyse(bytes), faces, 1);
  for (const [index, { box, points, score }] of found.entries()) {
    const truth = faces[index]!;
    expect(score).toBeGreaterThan(0.9);
    expect(intersectionOverUnion(box, truth.box)).toBeGreaterThan(0.9);
    const truePoints = pointList(truth.points);
    const errors = pointList(points).map(({ x, y }, point) =>
      Math.hypot(x - truePoints[point]!.x, y - truePoints[point]!.y),
    );
    expect(Math.max(...errors) / plan.faces[index]!.size).toBeLessThan(0.03);
  }
}

async function embeddings(plan: PhotoPlan): Promise<Float32Array[]> {
  const { bytes, faces } = drawPhoto(plan);
  return inOrder(await analyse(bytes), faces, 1).map(({ embedding }) => embedding);
}

/** The faces found, in the order of the true ones, of which there must be as many. */
function inOrder(
  found: readonly ReferenceFace[],
  truth: readonly TrueFace[],
  scale: number,
): ReferenceFace[] {
  expect(found).toHaveLength(truth.length);
  return truth.map(({ box }) => {
    const distance = (face: ReferenceFace) =>
      Math.hypot(
        face.box.left + face.box.width / 2 - (box.left + box.width / 2) * scale,
        face.box.top + face.box.height / 2 - (box.top + box.height / 2) * scale,
      );
    return found.reduce((nearest, face) => (distance(face) < distance(nearest) ? face : nearest));
  });
}

/** Rows and columns of faces, as near to each other as `distance` sizes, all turned and lit differently. */
function crowd(
  columns: number,
  rows: number,
  { size, distance, tilt }: { size: number; distance: number; tilt: number },
): DrawnFace[] {
  const cos = Math.cos((tilt * Math.PI) / 180) * distance * size;
  const sin = Math.sin((tilt * Math.PI) / 180) * distance * size;
  return Array.from({ length: columns * rows }, (_, index) => {
    const across = (index % columns) - (columns - 1) / 2;
    const down = Math.floor(index / columns) - (rows - 1) / 2;
    return {
      identity: index,
      x: ((columns - 1) * distance * size) / 2 + size + across * cos - down * sin,
      y: ((rows - 1) * distance * size) / 2 + size + across * sin + down * cos,
      size,
      rotation: ((index * 37) % 61) - 30,
      brightness: 0.6 + ((index * 7) % 11) * 0.05,
    };
  });
}

function cosine(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, index) => sum + value * b[index]!, 0);
}
