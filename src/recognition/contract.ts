import type { FaceAttribute, FaceAttributes } from "./attributes/faceAttributes.ts";
import type { Box, FivePoints } from "./geometry.ts";
import type { Pose } from "./pose.ts";
import type { Quality } from "./quality.ts";
import type { FaceRequirements, Shortcoming } from "./requirements.ts";
import type { SimilarityCurve } from "./similarity.ts";

/**
 * What the rest of the program knows of recognition: what can be asked, what is answered, limits and errors. Nothing here
 * loads a net, a decoder or a kernel.
 */

/** Why an image cannot be analysed. */
export type ImageFault =
  /** Not a JPEG or PNG by its first bytes. */
  | "unknown-format"
  /** A JPEG or PNG that is damaged or cut short. */
  | "undecodable"
  /** More pixels than are decoded. */
  | "too-many-pixels"
  /** Fewer than `minimumSide` pixels on a side. */
  | "too-small";

/** Thrown for an image that cannot be analysed; never carries anything of the image but its size. */
export class ImageError extends Error {
  override readonly name = "ImageError";
  readonly fault: ImageFault;

  constructor(fault: ImageFault, options?: ErrorOptions) {
    super(`The image cannot be analysed: ${fault}`, options);
    this.fault = fault;
  }
}

/**
 * Most pixels of an image that is decoded: 100 megapixels, the square of the 10,000-pixel side that AWS names
 * for its other image operations. Bounds a worker's memory whatever a header claims.
 */
export const maximumPixels = 100_000_000;

/** Fewest pixels on either side: Rekognition's limit for all image operations. */
export const minimumSide = 80;

/** Whether the bytes begin as a JPEG or a PNG does. */
export function hasKnownSignature(bytes: Uint8Array): boolean {
  const isJpeg = bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;
  return isJpeg || pngSignature.every((byte, index) => bytes[index] === byte);
}

const pngSignature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** A face of an analysed image. Boxes and points are ratios of the upright image's width and height. */
export interface AnalyzedFace {
  /** May leave the frame: ratios below 0 or ends beyond 1. */
  readonly box: Box;
  readonly points: FivePoints;
  /** How sure the detector is that this is a face, 0..100. */
  readonly confidence: number;
  readonly pose: Pose;
  readonly quality: Quality;
  /** The requirements that the face does not meet. */
  readonly shortcomings: readonly Shortcoming[];
  /** Those that were asked for; landmarks in ratios. */
  readonly attributes: FaceAttributes;
  /** Of length 1; absent for faces that were not asked to be embedded. */
  readonly embedding?: Float32Array;
}

/** What is wanted of the faces of an image, and which of them get an embedding. */
export interface FaceRequest {
  /** How many, the largest first. */
  readonly embedLargest: number;
  /** Whether the faces after the last that is embedded are left out of the answer. */
  readonly leaveOutRest?: boolean | undefined;
  /** Faces that overlap none of these boxes, in ratios, get none, and are not counted. */
  readonly embedOverlapping?: readonly Box[] | undefined;
  /** Faces that do not meet these get none, and are not counted. */
  readonly requirements?: FaceRequirements | undefined;
  /** Wanted of every face; none when absent. */
  readonly attributes?: readonly FaceAttribute[] | undefined;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** What the recogniser found in an image; its size is that of the upright image, in pixels. */
export interface AnalyzedImage extends Size {
  /** `maximumFaces` at most, the largest first, by what of its box lies in the frame. */
  readonly faces: readonly AnalyzedFace[];
  readonly timings: AnalysisTimings;
}

/** Milliseconds that each part of the analysis took, over all faces; `attributes` is all that is measured of them. */
export type AnalysisTimings = Readonly<Record<AnalysisPart, number>>;

/** In the order in which they are begun. */
export const analysisParts = ["decode", "detect", "attributes", "embed"] as const;

export type AnalysisPart = (typeof analysisParts)[number];

/** Rekognition returns at most the 100 largest faces of an image. */
export const maximumFaces = 100;

/** What is known of a model pack whatever its nets are. */
export interface RecognizedPack {
  /** As `CAMEO_MODEL_PACK` names it. */
  readonly name: string;
  /**
   * What Rekognition's `FaceModelVersion` says. Majors from 101 are Cameo's, so that they are never taken for
   * one of AWS's and still compare as newer than the version 3 that quality filters ask for.
   */
  readonly faceModelVersion: string;
  /** Components of an embedding, of all embedders together. */
  readonly dimension: number;
  readonly similarity: SimilarityCurve;
}

/** Who waits for the answer: a person goes before an import. */
export const urgencies = ["interactive", "bulk"] as const;

export type Urgency = (typeof urgencies)[number];

/** What is wanted of an image. */
export interface AnalyzeRequest extends FaceRequest {
  readonly urgency: Urgency;
}

/** What a recogniser made of an image, and how long it took. */
export interface RecognizedImage extends AnalyzedImage {
  /** Milliseconds; `queue` is all that was not work: waiting for a thread, and the way there and back. */
  readonly timings: AnalysisTimings & { readonly queue: number };
}

/** How busy recognition threads are. */
export interface ThreadLoad {
  /** Images that wait. */
  readonly waiting: number;
  /** Most images that may wait. */
  readonly queueLimit: number;
  /** Threads there should be; 0 where they come and go. */
  readonly expectedThreads: number;
  /** Threads there are. */
  readonly threads: number;
  /** Threads with an image in work. */
  readonly busy: number;
  /** Threads that have ended on their own, which none should; not counted where they come and go. */
  readonly lost: number;
}

/** How busy a recogniser is. */
export type RecognizerLoad = Readonly<Record<Urgency, ThreadLoad>>;

/** Finds and embeds faces. The seam behind which models and machines can be exchanged. */
export interface Recognizer {
  readonly pack: RecognizedPack;
  /**
   * Analyses a JPEG or PNG.
   *
   * @param bytes the file.
   * @throws ImageError for an image that cannot be analysed, RecognizerBusyError when too many wait.
   */
  analyze(bytes: Uint8Array<ArrayBuffer>, request: AnalyzeRequest): Promise<RecognizedImage>;
  load(): RecognizerLoad;
  /** Runs the models once, on no one's face. @throws when they do not run. */
  check(): Promise<void>;
  /** Ends after the images in work are done. */
  close(): Promise<void>;
}

/** Thrown when the queue of waiting images is full. */
export class RecognizerBusyError extends Error {
  override readonly name = "RecognizerBusyError";
}

/** Thrown when a pack's models cannot be opened; `cause` tells why. */
export class PackUnavailableError extends Error {
  override readonly name = "PackUnavailableError";

  constructor(pack: string, options: ErrorOptions) {
    super(`The model pack "${pack}" cannot be opened`, options);
  }
}
