import type { InferenceSession } from "onnxruntime-node";
import { decodeImage } from "./decode.ts";
import { YuNetDetector } from "./detector.ts";
import { Embedder } from "./embedder.ts";
import { area, type Box, type FivePoints, scaleBox, scalePoints } from "./geometry.ts";
import { ImagePyramid } from "./image.ts";
import type { RecognitionSettings } from "./packs/pack.ts";
import { estimatePose, type Pose } from "./pose.ts";
import { measureQuality, type Quality } from "./quality.ts";
import { type FaceRequirements, type Shortcoming, shortcomingsOf } from "./requirements.ts";
import { openSession } from "./session.ts";

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
  /** Of length 1; absent for faces that were not asked to be embedded. */
  readonly embedding?: Float32Array;
}

/** Which faces of an image get an embedding. */
export interface EmbeddingRequest {
  /** How many, the largest first. */
  readonly embedLargest: number;
  /** Faces that do not meet these get none, and are not counted. */
  readonly requirements?: FaceRequirements | undefined;
}

/** What the recogniser found in an image. */
export interface AnalyzedImage {
  /** Size of the upright image, in pixels. */
  readonly width: number;
  readonly height: number;
  /** Largest box first, `maximumFaces` at most. */
  readonly faces: readonly AnalyzedFace[];
}

/** Rekognition returns at most the 100 largest faces of an image. */
export const maximumFaces = 100;

/** The opened models of a pack; made once in each recognition thread. */
export class Analyzer {
  readonly #detector: YuNetDetector;
  readonly #embedder: Embedder;
  readonly #settings: RecognitionSettings;

  private constructor(detector: InferenceSession, embedder: InferenceSession, settings: RecognitionSettings) {
    this.#detector = new YuNetDetector(detector, settings.detector);
    this.#embedder = new Embedder(embedder, settings.embedder);
    this.#settings = settings;
  }

  /** Opens a pack's models, given as ONNX files. */
  static async open(
    detector: Uint8Array,
    embedder: Uint8Array,
    settings: RecognitionSettings,
  ): Promise<Analyzer> {
    return new Analyzer(await openSession(detector), await openSession(embedder), settings);
  }

  /**
   * Runs both nets once, on grey.
   *
   * @throws when a net does not run or the embedding is none.
   */
  async check(): Promise<void> {
    const side = 128;
    const pyramid = new ImagePyramid({
      width: side,
      height: side,
      data: new Uint8Array(side * side * 3).fill(128),
    });
    await this.#detector.detect(pyramid);
    const [eyeLeft, eyeRight, nose, mouthLeft, mouthRight] = this.#settings.embedder.template;
    const embedding = await this.#embedder.embed(
      pyramid,
      scalePoints({ eyeLeft, eyeRight, nose, mouthLeft, mouthRight }, side, side),
    );
    if (!embedding.every(Number.isFinite)) throw new Error("The embedder answers with numbers that are none");
  }

  /**
   * Finds the faces of an image and embeds those that are asked for.
   *
   * @param bytes a JPEG or PNG file.
   * @throws ImageError for an image that cannot be analysed.
   */
  async analyze(bytes: Uint8Array, { embedLargest, requirements }: EmbeddingRequest): Promise<AnalyzedImage> {
    const { image, width, height } = await decodeImage(bytes, this.#settings.workingLongSide);
    const pyramid = new ImagePyramid(image);
    const detections = (await this.#detector.detect(pyramid))
      .sort((a, b) => area(b.box) - area(a.box))
      .slice(0, maximumFaces);
    const faces: AnalyzedFace[] = [];
    let embedded = 0;
    for (const { box, points, score } of detections) {
      const pose = estimatePose(points);
      const quality = measureQuality(pyramid, points, this.#settings.embedder.template);
      const confidence = 100 * score;
      const boxInOriginal = scaleBox(box, width / image.width, height / image.height);
      const shortcomings = shortcomingsOf({ pose, quality, confidence, box: boxInOriginal }, requirements);
      const isEmbedded = shortcomings.length === 0 && embedded < embedLargest;
      if (isEmbedded) embedded++;
      faces.push({
        box: scaleBox(box, 1 / image.width, 1 / image.height),
        points: scalePoints(points, 1 / image.width, 1 / image.height),
        confidence,
        pose,
        quality,
        shortcomings,
        ...(isEmbedded && { embedding: await this.#embedder.embed(pyramid, points) }),
      });
    }
    return { width, height, faces };
  }
}
