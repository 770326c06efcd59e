import { parentPort, workerData } from "node:worker_threads";
import { InferenceSession, Tensor } from "onnxruntime-node";
import sharp from "sharp";
import {
  type Box,
  type FivePoints,
  fitSimilarityTransform,
  intersectionOverUnion,
  type Point,
  pointList,
} from "../../../src/recognition/geometry.ts";
import { markers } from "./layout.ts";
import type { DrawnFacesModels } from "./models.ts";

/**
 * The plainest way from a photo to its faces' embeddings, to try the two models with: one look at the photo's
 * own size. Runs as a worker thread, for onnxruntime-node takes no arrays of jest's realm.
 */

/** A face as the two models see it; lengths in pixels. */
export interface ReferenceFace {
  readonly score: number;
  readonly box: Box;
  readonly points: FivePoints;
  /** Of length 1, as is that of the crop's mirror image. */
  readonly embedding: Float32Array;
  readonly mirrorEmbedding: Float32Array;
}

type Detection = Omit<ReferenceFace, "embedding" | "mirrorEmbedding">;

interface Pixels {
  readonly width: number;
  readonly height: number;
  /** Red, green and blue, interleaved. */
  readonly data: Uint8Array;
}

const leastScore = 0.6;
const mostOverlap = 0.3;
const cropSize = 128;

/** @returns best score first. */
async function analyse(
  bytes: Uint8Array,
  detector: InferenceSession,
  embedder: InferenceSession,
): Promise<ReferenceFace[]> {
  const { data, info } = await sharp(bytes).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const pixels = { width: info.width, height: info.height, data };
  const input = detectorInput(pixels);
  const outputs = await detector.run({ input });
  const faces: ReferenceFace[] = [];
  for (const detection of suppressed(decoded(outputs, input))) {
    const crop = aligned(pixels, detection.points);
    const pixelsOfBoth = new Float32Array(2 * crop.length);
    pixelsOfBoth.set(crop);
    pixelsOfBoth.set(mirrored(crop), crop.length);
    const batch = new Tensor("float32", pixelsOfBoth, [2, 3, cropSize, cropSize]);
    const { "658": answer } = await embedder.run({ "0": batch });
    const both = answer?.data as Float32Array;
    const dimension = both.length / 2;
    const embedding = unit(both.slice(0, dimension));
    faces.push({ ...detection, embedding, mirrorEmbedding: unit(both.slice(dimension)) });
  }
  return faces;
}

/** The photo at the top left of a black image of whole cells, as planes of blue, green and red. */
function detectorInput({ width, height, data }: Pixels): Tensor {
  const columns = Math.ceil(width / 32) * 32;
  const rows = Math.ceil(height / 32) * 32;
  const planes = new Float32Array(3 * columns * rows);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let channel = 0; channel < 3; channel++) {
        const value = data[(y * width + x) * 3 + 2 - channel] as number;
        planes[(channel * rows + y) * columns + x] = value;
      }
    }
  }
  return new Tensor("float32", planes, [1, 3, rows, columns]);
}

function decoded(outputs: InferenceSession.OnnxValueMapType, input: Tensor): Detection[] {
  const [rows, columns] = input.dims.slice(2) as [number, number];
  return [8, 16, 32].flatMap((stride) => {
    const values = (name: string) => outputs[`${name}_${stride}`]?.data as Float32Array;
    const [cls, obj, bbox, kps] = ["cls", "obj", "bbox", "kps"].map(values) as [
      Float32Array,
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    const cellsInRow = columns / stride;
    return Array.from({ length: cellsInRow * (rows / stride) }, (_, cell): Detection[] => {
      const score = Math.sqrt((cls[cell] as number) * (obj[cell] as number));
      if (score < leastScore) return [];
      const column = cell % cellsInRow;
      const row = Math.floor(cell / cellsInRow);
      const [x, y, logWidth, logHeight] = Array.from(bbox.subarray(cell * 4, cell * 4 + 4)) as [
        number,
        number,
        number,
        number,
      ];
      const width = Math.exp(logWidth) * stride;
      const height = Math.exp(logHeight) * stride;
      const [eyeLeft, eyeRight, nose, mouthLeft, mouthRight] = markers.map((_, index) => ({
        x: (column + (kps[cell * 10 + 2 * index] as number)) * stride,
        y: (row + (kps[cell * 10 + 2 * index + 1] as number)) * stride,
      })) as [Point, Point, Point, Point, Point];
      const box = {
        left: (column + x) * stride - width / 2,
        top: (row + y) * stride - height / 2,
        width,
        height,
      };
      return [{ score, box, points: { eyeLeft, eyeRight, nose, mouthLeft, mouthRight } }];
    }).flat();
  });
}

function suppressed(detections: Detection[]): Detection[] {
  const kept: Detection[] = [];
  for (const candidate of detections.sort((a, b) => b.score - a.score)) {
    const isNew = kept.every(({ box }) => intersectionOverUnion(box, candidate.box) <= mostOverlap);
    if (isNew) kept.push(candidate);
  }
  return kept;
}

/** The crop whose five points lie on the template's: bilinear, as planes of blue, green and red. */
function aligned({ width, height, data }: Pixels, points: FivePoints): Float32Array {
  const template = markers.map(({ at }) => ({ x: at.x * cropSize, y: at.y * cropSize }));
  const { a, b, tx, ty } = fitSimilarityTransform(template, pointList(points));
  const crop = new Float32Array(3 * cropSize * cropSize);
  const pixel = (x: number, y: number, channel: number) => {
    const column = Math.min(Math.max(x, 0), width - 1);
    const row = Math.min(Math.max(y, 0), height - 1);
    return data[(row * width + column) * 3 + channel] as number;
  };
  for (let row = 0; row < cropSize; row++) {
    for (let column = 0; column < cropSize; column++) {
      const x = a * (column + 0.5) - b * (row + 0.5) + tx - 0.5;
      const y = b * (column + 0.5) + a * (row + 0.5) + ty - 0.5;
      const left = Math.floor(x);
      const top = Math.floor(y);
      for (let channel = 0; channel < 3; channel++) {
        const above = mix(pixel(left, top, 2 - channel), pixel(left + 1, top, 2 - channel), x - left);
        const below = mix(pixel(left, top + 1, 2 - channel), pixel(left + 1, top + 1, 2 - channel), x - left);
        crop[(channel * cropSize + row) * cropSize + column] = mix(above, below, y - top);
      }
    }
  }
  return crop;
}

function mirrored(crop: Float32Array): Float32Array {
  return crop.map(
    (_, index) => crop[index - (index % cropSize) + cropSize - 1 - (index % cropSize)] as number,
  );
}

function mix(from: number, to: number, share: number): number {
  return from + (to - from) * share;
}

function unit(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

const { detector, embedder } = workerData as DrawnFacesModels;
const options = { intraOpNumThreads: 1, interOpNumThreads: 1 } as const;
const sessions = Promise.all([
  InferenceSession.create(detector, options),
  InferenceSession.create(embedder, options),
]);

parentPort?.on("message", async (bytes: Uint8Array) => {
  parentPort?.postMessage(await analyse(bytes, ...(await sessions)));
});
