import { type InferenceSession, Tensor } from "onnxruntime-node";
import { type Box, type FivePoints, scaleBox, scalePoints } from "./geometry.ts";
import type { ImagePyramid, PixelLevel } from "./image.ts";
import { type JoinSettings, joinDetections, supportingScore } from "./joinDetections.ts";
import { floatsAt, kernels, shrinkScratch } from "./pixels/kernels.ts";

/** A face as the detector sees it, in pixels of the image it was given. */
export interface Detection {
  readonly box: Box;
  readonly points: FivePoints;
  /** 0..1. */
  readonly score: number;
}

/** How a detector is run. */
export interface DetectorSettings extends JoinSettings {
  /** The long sides, in pixels, at which an image is looked at, largest first. Larger than the image: skipped. */
  readonly longSides: readonly number[];
}

/** Cell sizes, in pixels, of YuNet's three output grids. */
const strides = [8, 16, 32] as const;

/** A detector with the contract of OpenCV Zoo's YuNet (1 x 3 x H x W, BGR, 0..255). */
export class YuNetDetector {
  readonly #session: InferenceSession;
  readonly #settings: DetectorSettings;

  constructor(session: InferenceSession, settings: DetectorSettings) {
    this.#session = session;
    this.#settings = settings;
  }

  /**
   * Finds the faces of an image, at several scales: the net sees faces of about 10 to 300 pixels, so that a
   * small look finds what fills the frame and a large one what stands far away.
   *
   * @returns detections in pixels of `pyramid.base`, best score first.
   */
  async detect(pyramid: ImagePyramid): Promise<Detection[]> {
    const { base } = pyramid;
    const longSide = Math.max(base.width, base.height);
    const found: Detection[] = [];
    for (const side of lookSizes(longSide, this.#settings.longSides)) {
      found.push(...(await this.#look(pyramid, side / longSide)));
    }
    return joinDetections(found, this.#settings);
  }

  async #look(pyramid: ImagePyramid, scale: number): Promise<Detection[]> {
    const level = pyramid.levelFor(scale);
    const input = toInput(level.image, scale / level.scale);
    const outputs = await this.#session.run({
      [this.#session.inputNames[0] as string]: new Tensor("float32", input.data, [
        1,
        3,
        input.height,
        input.width,
      ]),
    });
    input.release();
    const leastScore = supportingScore(this.#settings);
    return decodeGrids(outputs, input.width, input.height, leastScore).map((detection) => ({
      ...detection,
      box: scaleBox(detection.box, 1 / scale, 1 / scale),
      points: scalePoints(detection.points, 1 / scale, 1 / scale),
    }));
  }
}

/** The long sides to look at: those wanted, none above the image's own, each once. */
function lookSizes(longSide: number, wanted: readonly number[]): number[] {
  return [...new Set(wanted.map((side) => Math.min(side, longSide)))];
}

interface DetectorInput {
  readonly width: number;
  readonly height: number;
  /** In the kernels' memory. */
  readonly data: Float32Array;
  release(): void;
}

/** Samples an image into planes of blue, green and red, padded with black to whole cells of 32 pixels. */
function toInput(image: PixelLevel, scale: number): DetectorInput {
  const contentWidth = Math.max(1, Math.round(image.width * scale));
  const contentHeight = Math.max(1, Math.round(image.height * scale));
  const width = Math.ceil(contentWidth / 32) * 32;
  const height = Math.ceil(contentHeight / 32) * 32;
  const length = 3 * width * height;
  const planes = kernels.allocate(length * Float32Array.BYTES_PER_ELEMENT);
  const scratch = kernels.allocate(shrinkScratch(image.width, contentWidth));
  kernels.shrinkToPlanes(
    image.pointer,
    image.width,
    image.height,
    scratch,
    planes,
    contentWidth,
    contentHeight,
    width,
    height,
    1 / scale,
  );
  kernels.release(scratch);
  return { width, height, data: floatsAt(planes, length), release: () => kernels.release(planes) };
}

/**
 * Reads YuNet's twelve outputs, as its publisher's `yunet.py` does: score = sqrt(cls * obj), box centre =
 * (cell + offset) * stride, size = exp(b) * stride, points = (cell + offset) * stride.
 */
function decodeGrids(
  outputs: InferenceSession.OnnxValueMapType,
  width: number,
  height: number,
  minimumScore: number,
): Detection[] {
  const detections: Detection[] = [];
  for (const stride of strides) {
    const read = (name: string) => (outputs[`${name}_${stride}`] as Tensor).data as Float32Array;
    const cls = read("cls");
    const obj = read("obj");
    const bbox = read("bbox");
    const kps = read("kps");
    const columns = width / stride;
    const cells = columns * (height / stride);
    const minimumProduct = minimumScore * minimumScore;
    for (let cell = 0; cell < cells; cell++) {
      const product = clamp01(cls[cell] as number) * clamp01(obj[cell] as number);
      if (product < minimumProduct) continue;
      const column = cell % columns;
      const row = (cell - column) / columns;
      const point = (index: number) => ({
        x: (column + (kps[cell * 10 + index * 2] as number)) * stride,
        y: (row + (kps[cell * 10 + index * 2 + 1] as number)) * stride,
      });
      const boxWidth = Math.exp(bbox[cell * 4 + 2] as number) * stride;
      const boxHeight = Math.exp(bbox[cell * 4 + 3] as number) * stride;
      detections.push({
        score: Math.sqrt(product),
        box: {
          left: (column + (bbox[cell * 4] as number)) * stride - boxWidth / 2,
          top: (row + (bbox[cell * 4 + 1] as number)) * stride - boxHeight / 2,
          width: boxWidth,
          height: boxHeight,
        },
        points: {
          eyeLeft: point(0),
          eyeRight: point(1),
          nose: point(2),
          mouthLeft: point(3),
          mouthRight: point(4),
        },
      });
    }
  }
  return detections;
}

function clamp01(value: number): number {
  return Math.min(Math.max(value, 0), 1);
}
