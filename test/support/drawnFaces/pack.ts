import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";
import type { ModelCatalogue } from "../../../src/packs/choosePack.ts";
import type { Model, ModelPack } from "../../../src/packs/pack.ts";
import { markers } from "./layout.ts";
import { smallEmbeddingLength, writeDrawnFacesModels } from "./models.ts";

/**
 * Writes the models of drawn faces into a models folder and describes them as a pack: it takes the place of
 * the default pack wherever weights cannot be had.
 */
export async function makeDrawnFacesPack(modelsDir: string): Promise<ModelPack> {
  const { detector, embedder } = await writeDrawnFacesModels(modelsDir);
  const [eyeLeft, eyeRight, nose, mouthLeft, mouthRight] = markers.map(({ at }) => at);
  if (!eyeLeft || !eyeRight || !nose || !mouthLeft || !mouthRight) throw new Error("A face has five markers");
  const template = [eyeLeft, eyeRight, nose, mouthLeft, mouthRight] as const;
  return {
    name: "drawn-faces",
    faceModelVersion: "100.0",
    detector: await describe(detector),
    embedders: [
      {
        model: await describe(embedder),
        settings: {
          size: 128,
          template,
          channels: "bgr",
          mean: [0, 0, 0],
          scale: [1, 1, 1],
          share: 1,
          averagesMirror: true,
        },
      },
    ],
    dimension: 256,
    recognition: {
      workingLongSide: 1920,
      detector: { outputs: "yunet", minimumScore: 0.6, maximumOverlap: 0.3, longSides: [1280, 320] },
      points: "detector",
      qualityTemplate: template,
    },
    similarity: [
      [-1, 0],
      [0.3, 10],
      [0.6, 80],
      [1, 100],
    ],
  };
}

/**
 * All packs of drawn faces: that of `makeDrawnFacesPack`; `drawn-faces-small`, whose embeddings are shorter; and
 * `drawn-faces-research`, whose licence has to be accepted.
 */
export async function makeDrawnFacesPacks(modelsDir: string): Promise<ModelPack[]> {
  const pack = await makeDrawnFacesPack(modelsDir);
  const withEmbedder = (model: (standard: Model) => Model) =>
    pack.embedders.map((embedder) => ({ ...embedder, model: model(embedder.model) }));
  const { smallEmbedder } = await writeDrawnFacesModels(modelsDir);
  const small = await describe(smallEmbedder);
  return [
    pack,
    {
      ...pack,
      name: "drawn-faces-small",
      faceModelVersion: "100.1",
      embedders: withEmbedder(() => small),
      dimension: smallEmbeddingLength,
    },
    {
      ...pack,
      name: "drawn-faces-research",
      faceModelVersion: "100.2",
      embedders: withEmbedder((model) => ({ ...model, licence: "research only", commercialUse: false })),
    },
  ];
}

/** The packs of `makeDrawnFacesPacks`; that of `makeDrawnFacesPack` is taken where nobody names one. */
export async function makeDrawnFacesCatalogue(modelsDir: string): Promise<ModelCatalogue> {
  return { packs: await makeDrawnFacesPacks(modelsDir), preferred: ["drawn-faces"] };
}

async function describe(file: string): Promise<Model> {
  const bytes = await readFile(file);
  return {
    name: path.basename(file, ".onnx"),
    publisher: "this project",
    licence: "Apache-2.0",
    licenceUrl: "https://www.apache.org/licenses/LICENSE-2.0",
    commercialUse: true,
    form: "onnx",
    files: [
      {
        path: path.basename(file),
        bytes: bytes.length,
        sha256: createHash("sha256").update(bytes).digest("hex"),
        sources: [],
      },
    ],
  };
}
