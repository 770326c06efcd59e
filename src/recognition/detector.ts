import { type InferenceSession, Tensor } from "onnxruntime-node";
import { decodeBlazeFace } from "./decodeBlazeFace.ts";
import { decodeScrfd } from "./decodeScrfd.ts";
import { decodeYuNet } from "./decodeYuNet.ts";
import {
  type Box,
  type FivePoints,
  intersectionOverUnion,
  mapPoints,
  scaleBox,
  scalePoints,
} from "./geometry.ts";
import type { GridDecoder } from "./grids.ts";
import type { ImagePyramid, PixelLevel } from "./image.ts";
import { type JoinSettings, joinDetections, supportingScore } from "./joinDetections.ts";
import { floatsAt, kernels, shrinkScratch } from "./pixels/kernels.ts";
import { cutSquare, type SquareInput, squareAround } from "./squareCrop.ts";

/** A face as the detector sees it, in pixels of the image it was given. */
export interface Detection {
  readonly box: Box;
  readonly points: FivePoints;
  /** 0..1. */
  readonly score: number;
}

/** What the outputs of detectors mean. */
const decoders = {
  yunet: decodeYuNet,
  scrfd: decodeScrfd,
  blazeface: decodeBlazeFace,
} as const satisfies Record<string, GridDecoder>;

/** How a detector is run. */
export interface DetectorSettings extends JoinSettings {
  /** Whose outputs the net has. */
  readonly outputs: keyof typeof decoders;
  /** The long sides, in pixels, at which an image is looked at, largest first. Larger than the image: skipped. */
  readonly longSides: readonly number[];
}

/** Finds faces with a net that takes 1 x 3 x H x W pixels, blue, green and red, 0..255. */
export class Detector {
  readonly #session: InferenceSession;
  readonly #settings: DetectorSettings;

  constructor(session: InferenceSession, settings: DetectorSettings) {
    this.#session = session;
    this.#settings = settings;
  }

  /**
   * Finds the faces of an image, at several scales: a net sees faces of a range of sizes (YuNet from about 10 to
   * 300 pixels), so that a small look finds what fills the frame and a large one what stands far away.
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

  /**
   * Looks again at a face that is tilted, turned upright: nets that were trained on upright faces see little of a
   * tilt in the points.
   *
   * @param tilt of the face, in radians, clockwise.
   * @returns the face with the points that were seen, or as it was where no face was.
   */
  async lookUpright(pyramid: ImagePyramid, face: Detection, tilt: number): Promise<Detection> {
    const { size } = uprightCrop;
    const crop = cutSquare(pyramid, face, tilt, uprightCrop);
    const middle = { left: size / 4, top: size / 4, width: size / 2, height: size / 2 };
    const seen = joinDetections(await this.#run(crop, size, size), this.#settings).find(
      ({ box }) => intersectionOverUnion(box, middle) > leastInMiddle,
    );
    if (seen === undefined) return face;
    const toImage = squareAround(face, tilt, uprightCrop);
    return { ...face, points: mapPoints(scalePoints(seen.points, 1 / size, 1 / size), toImage) };
  }

  async #look(pyramid: ImagePyramid, scale: number): Promise<Detection[]> {
    const level = pyramid.levelFor(scale);
    const input = toInput(level.image, scale / level.scale);
    const seen = await this.#run(input.data, input.width, input.height);
    input.release();
    return seen.map((detection) => ({
      ...detection,
      box: scaleBox(detection.box, 1 / scale, 1 / scale),
      points: scalePoints(detection.points, 1 / scale, 1 / scale),
    }));
  }

  async #run(planes: Float32Array, width: number, height: number): Promise<Detection[]> {
    const outputs = await this.#session.run({
      [this.#session.inputNames[0] as string]: new Tensor("float32", planes, [1, 3, height, width]),
    });
    const read = (name: string) => (outputs[name] as Tensor).data as Float32Array;
    return decoders[this.#settings.outputs](read, { width, height }, supportingScore(this.#settings));
  }
}

/** The crop of a second look: half of it is the face. */
const uprightCrop: SquareInput = {
  size: 128,
  margin: 2,
  channels: "bgr",
  mean: [0, 0, 0],
  scale: [1, 1, 1],
};

/** Overlap (intersection over union) with the middle of that crop from which a face is the one that was cut out. */
const leastInMiddle = 0.25;

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
