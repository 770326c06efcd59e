import { area, intersectionOverUnion, mapPoints, type Point, scaleBox, scalePoints } from "../geometry.ts";
import type { ImagePyramid, PixelLevel } from "../image.ts";
import type { Net } from "../net.ts";
import { floatsAt, kernels, shrinkScratch } from "../pixels/kernels.ts";
import { cutSquare, type SquareInput, squareAround } from "../squareCrop.ts";
import { decodeBlazeFace } from "./decodeBlazeFace.ts";
import { decodeScrfd } from "./decodeScrfd.ts";
import { decodeYuNet } from "./decodeYuNet.ts";
import type { Detection } from "./detection.ts";
import type { GridDecoder } from "./grids.ts";
import { type JoinSettings, joinDetections, supportingScore } from "./joinDetections.ts";

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
  /**
   * How many times as large as the look after it a look may be for the net to see faces of all sizes in one of the two;
   * what is between two such looks is skipped. Nothing is skipped where absent.
   */
  readonly spacing?: number;
  /**
   * Width and height, in pixels, that the net sees at least: a smaller image is put into the middle of as much black,
   * for nets that find no face which fills what they see. As many pixels as the image needs where absent.
   */
  readonly leastCanvas?: number;
  /** Looks again where the looks at the whole image may have seen a small face; none where absent. */
  readonly closer?: CloserLook;
}

/**
 * A second look, at the image's own scale, where a look at the whole image saw little: a face that is small there
 * scores low, so that whoever looks at all of it needs a large image, most of which shows no face.
 */
export interface CloserLook {
  /** The least score, 0..1, of what is looked at again. */
  readonly fromScore: number;
  /** What is wider than this in the largest look, in pixels, was seen well. */
  readonly belowWidth: number;
  /** Side of the square that is cut out, in pixels of the net. */
  readonly size: number;
  /** Side of that square, in sides of the face, at least; more where the image is too coarse. */
  readonly margin: number;
  /** Where there is more to look at than this, the whole image is looked at instead, with this long side. */
  readonly most: { readonly candidates: number; readonly longSide: number };
}

/** Finds faces with a net that takes 1 x 3 x H x W pixels, blue, green and red, 0..255. */
export class Detector {
  readonly #net: Pick<Net, "run">;
  readonly #settings: DetectorSettings;

  constructor(net: Pick<Net, "run">, settings: DetectorSettings) {
    this.#net = net;
    this.#settings = settings;
  }

  /**
   * Finds the faces of an image, at several scales: a net sees faces of a range of sizes (YuNet from about 10 to
   * 300 pixels), so that a small look finds what fills the frame and a large one what stands far away. Where that is too
   * dear, `closer` looks find the small faces.
   *
   * @returns detections in pixels of `pyramid.base`, best score first.
   */
  async detect(pyramid: ImagePyramid): Promise<Detection[]> {
    const { closer } = this.#settings;
    const supporting = supportingScore(this.#settings);
    const least = Math.min(supporting, closer?.fromScore ?? supporting);
    const { base } = pyramid;
    const longSide = Math.max(base.width, base.height);
    const found: Detection[] = [];
    const sides = lookSizes(longSide, this.#settings);
    for (const side of sides) {
      found.push(...(await this.#look(pyramid, side / longSide, least)));
    }
    if (closer && longSide > leastGain * (sides[0] as number)) {
      found.push(...(await this.#lookCloser(pyramid, found, (sides[0] as number) / longSide, closer)));
    }
    return joinDetections(
      found.filter(({ score }) => score >= supporting),
      this.#settings,
    );
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
    const detections = await this.#run(crop, size, size, supportingScore(this.#settings));
    const seen = joinDetections(detections, this.#settings).find(
      ({ box }) => intersectionOverUnion(box, middle) > leastInMiddle,
    );
    if (seen === undefined) return face;
    const toImage = squareAround(face, tilt, uprightCrop);
    return { ...face, points: mapPoints(scalePoints(seen.points, 1 / size, 1 / size), toImage) };
  }

  async #lookCloser(
    pyramid: ImagePyramid,
    found: readonly Detection[],
    scale: number,
    { fromScore, belowWidth, size, margin, most }: CloserLook,
  ): Promise<Detection[]> {
    const least = supportingScore(this.#settings);
    const candidates = joinDetections(found, { ...this.#settings, minimumScore: fromScore }).filter(
      ({ box }) => box.width * scale < belowWidth,
    );
    if (candidates.length > most.candidates) {
      const longSide = Math.max(pyramid.base.width, pyramid.base.height);
      return this.#look(pyramid, Math.min(1, most.longSide / longSide), least);
    }
    const seen: Detection[] = [];
    for (const candidate of candidates) {
      // No pixel of the image becomes more than one of the net's: what is blurred scores low.
      const input = { ...plainPixels, size, margin: Math.max(margin, size / Math.sqrt(area(candidate.box))) };
      const detections = await this.#run(cutSquare(pyramid, candidate, 0, input), size, size, least);
      const toImage = squareAround(candidate, 0, input);
      const central = detections.filter((detection) => isCentral(detection, size));
      seen.push(...central.map((detection) => inImage(detection, size, toImage)));
    }
    return seen;
  }

  async #look(pyramid: ImagePyramid, scale: number, minimumScore: number): Promise<Detection[]> {
    const level = pyramid.levelFor(scale);
    const input = toInput(level.image, scale / level.scale, this.#settings.leastCanvas);
    const seen = await this.#run(input.data, input.width, input.height, minimumScore);
    input.release();
    return seen.map((detection) => {
      const { box, points } = shifted(detection, -input.left, -input.top);
      return {
        ...detection,
        box: scaleBox(box, 1 / scale, 1 / scale),
        points: scalePoints(points, 1 / scale, 1 / scale),
      };
    });
  }

  async #run(
    planes: Float32Array,
    width: number,
    height: number,
    minimumScore: number,
  ): Promise<Detection[]> {
    const read = await this.#net.run(planes, [1, 3, height, width]);
    return decoders[this.#settings.outputs](read, { width, height }, minimumScore);
  }
}

/** Crops have the pixels that looks at the whole image have. */
const plainPixels = { channels: "bgr", mean: [0, 0, 0], scale: [1, 1, 1] } as const;

/** The crop of a second look: half of it is the face. */
const uprightCrop: SquareInput = { ...plainPixels, size: 128, margin: 2 };

/** Overlap (intersection over union) with the middle of that crop from which a face is the one that was cut out. */
const leastInMiddle = 0.25;

/** Whether the middle of a detection in a crop lies in the crop's middle half: what lies farther out may be cut off. */
function isCentral({ box }: Detection, size: number): boolean {
  const isNear = (start: number, length: number) => Math.abs(start + length / 2 - size / 2) < size / 4;
  return isNear(box.left, box.width) && isNear(box.top, box.height);
}

/** A detection in a crop that is not turned, in the image. */
function inImage(detection: Detection, size: number, toImage: (point: Point) => Point): Detection {
  const { left, top, width, height } = scaleBox(detection.box, 1 / size, 1 / size);
  const from = toImage({ x: left, y: top });
  const to = toImage({ x: left + width, y: top + height });
  return {
    score: detection.score,
    box: { left: from.x, top: from.y, width: to.x - from.x, height: to.y - from.y },
    points: mapPoints(scalePoints(detection.points, 1 / size, 1 / size), toImage),
  };
}

function shifted({ box, points, score }: Detection, x: number, y: number): Detection {
  return {
    score,
    box: { ...box, left: box.left + x, top: box.top + y },
    points: mapPoints(points, (point) => ({ x: point.x + x, y: point.y + y })),
  };
}

/** How many times as large as in the largest look an image must be for closer looks to show more. */
const leastGain = 1.25;

/** The long sides to look at: those wanted, none above the image's own, each once, and none that `spacing` spares. */
function lookSizes(longSide: number, { longSides, spacing = 0 }: DetectorSettings): number[] {
  const sides: number[] = [];
  const possible = [...new Set(longSides.map((side) => Math.min(side, longSide)))];
  for (const [index, side] of possible.entries()) {
    const [before = Number.POSITIVE_INFINITY, after = 0] = [sides.at(-1), possible[index + 1]];
    if (before > spacing * after) sides.push(side);
  }
  return sides;
}

interface DetectorInput {
  readonly width: number;
  readonly height: number;
  /** Where the image begins. */
  readonly left: number;
  readonly top: number;
  /** In the kernels' memory. */
  readonly data: Float32Array;
  release(): void;
}

/**
 * Samples an image into planes of blue, green and red, padded with black to whole cells of 32 pixels at its right and
 * bottom; a side below `leastCanvas` is padded to that, and the image's middle is the canvas'.
 */
function toInput(image: PixelLevel, scale: number, leastCanvas = 0): DetectorInput {
  const contentWidth = Math.max(1, Math.round(image.width * scale));
  const contentHeight = Math.max(1, Math.round(image.height * scale));
  const { length: width, start: left } = placeOnCanvas(contentWidth, leastCanvas);
  const { length: height, start: top } = placeOnCanvas(contentHeight, leastCanvas);
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
    left,
    top,
    1 / scale,
  );
  kernels.release(scratch);
  return { width, height, left, top, data: floatsAt(planes, length), release: () => kernels.release(planes) };
}

/** Pixels of a canvas' side and where a content of so many pixels begins, a multiple of 4. */
function placeOnCanvas(content: number, least: number): { length: number; start: number } {
  const length = Math.ceil(Math.max(content, least) / 32) * 32;
  return { length, start: content < least ? ((length - content) >> 1) & ~3 : 0 };
}
