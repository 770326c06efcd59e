import { AttributeReader } from "./attributes/attributeReader.ts";
import type { FaceAttributes } from "./attributes/faceAttributes.ts";
import { boxOfMesh, fivePointsOf, type MeshPoint } from "./attributes/mesh.ts";
import {
  type AnalysisPart,
  type AnalyzedFace,
  type AnalyzedImage,
  type FaceRequest,
  maximumFaces,
  type Size,
} from "./contract.ts";
import { decodeImage } from "./decode.ts";
import type { Detection } from "./detect/detection.ts";
import { Detector } from "./detect/detector.ts";
import { Embedder, type EmbedderNet } from "./embedder.ts";
import { type Box, intersection, type Point, scaleBox, scalePoints } from "./geometry.ts";
import { type ImagePyramid, withPyramid } from "./image.ts";
import type { RecognitionModels } from "./models.ts";
import { Net } from "./net.ts";
import type { Pose } from "./pose.ts";
import { measureQuality } from "./quality.ts";
import { shortcomingsOf } from "./requirements.ts";
import type { RecognitionSettings } from "./settings.ts";
import { tiltOf } from "./squareCrop.ts";

/** The opened models of a pack; made once in each recognition thread. */
export class Analyzer {
  readonly #detector: Detector;
  readonly #embedder: Embedder;
  readonly #attributes: AttributeReader;
  readonly #settings: RecognitionSettings;

  private constructor(
    detector: Net,
    embedders: readonly EmbedderNet[],
    attributes: AttributeReader,
    settings: RecognitionSettings,
  ) {
    this.#detector = new Detector(detector, settings.detector);
    this.#embedder = new Embedder(embedders);
    this.#attributes = attributes;
    this.#settings = settings;
  }

  /** Opens the nets that every image needs; those for attributes are opened when first asked for. */
  static async open({ detector, embedders, attributes, settings }: RecognitionModels): Promise<Analyzer> {
    return new Analyzer(
      await Net.open(detector),
      await Promise.all(
        embedders.map(async ({ onnx, settings }) => ({ net: await Net.open(onnx), settings })),
      ),
      new AttributeReader(attributes),
      settings,
    );
  }

  /**
   * Runs the nets that every image needs once, on grey.
   *
   * @throws when a net does not run or the embedding is none.
   */
  async check(): Promise<void> {
    const side = 128;
    const grey = { width: side, height: side, data: new Uint8Array(side * side * 3).fill(128) };
    const [eyeLeft, eyeRight, nose, mouthLeft, mouthRight] = this.#settings.qualityTemplate;
    const points = scalePoints({ eyeLeft, eyeRight, nose, mouthLeft, mouthRight }, side, side);
    const box: Box = { left: 0, top: 0, width: side, height: side };
    const embedding = await withPyramid(grey, async (pyramid) => {
      await this.#detector.detect(pyramid);
      await this.#lookClosely(pyramid, { box, points, score: 1 });
      return this.#embedder.embed(pyramid, points);
    });
    if (!embedding.every(Number.isFinite)) throw new Error("The embedder answers with numbers that are none");
  }

  /**
   * Finds the faces of an image, tells the attributes and embeds the faces that are asked for.
   *
   * @param bytes a JPEG or PNG file.
   * @throws ImageError for an image that cannot be analysed.
   */
  async analyze(bytes: Uint8Array, request: FaceRequest): Promise<AnalyzedImage> {
    const timings = { decode: 0, detect: 0, attributes: 0, embed: 0 };
    const timed = timerInto(timings);
    const { image, width, height } = await timed("decode", () =>
      decodeImage(bytes, this.#settings.workingLongSide),
    );
    const faces = await withPyramid(image, (pyramid) =>
      this.#facesOf(pyramid, { width, height }, request, timed),
    );
    return { width, height, faces, timings };
  }

  async #facesOf(
    pyramid: ImagePyramid,
    original: Size,
    { embedLargest, leaveOutRest = false, embedOverlapping, requirements, attributes = [] }: FaceRequest,
    timed: Timer,
  ): Promise<AnalyzedFace[]> {
    const image = pyramid.base;
    const frame: Box = { left: 0, top: 0, width: image.width, height: image.height };
    const detections = (await timed("detect", () => this.#detector.detect(pyramid)))
      .sort((a, b) => intersection(b.box, frame) - intersection(a.box, frame))
      .slice(0, maximumFaces);
    const faces: AnalyzedFace[] = [];
    let embedded = 0;
    for (const detection of detections) {
      if (leaveOutRest && embedded === embedLargest) break;
      const { face, pose, mesh } = await timed("attributes", () => this.#lookClosely(pyramid, detection));
      const { box, points, score } = face;
      const quality = await timed("attributes", async () =>
        measureQuality(pyramid, points, this.#settings.qualityTemplate),
      );
      const confidence = 100 * score;
      const boxInOriginal = scaleBox(box, original.width / image.width, original.height / image.height);
      const shortcomings = shortcomingsOf({ pose, quality, confidence, box: boxInOriginal }, requirements);
      const boxInRatios = scaleBox(box, 1 / image.width, 1 / image.height);
      const isWanted = embedOverlapping?.some((wanted) => intersection(wanted, boxInRatios) > 0) ?? true;
      const isEmbedded = isWanted && shortcomings.length === 0 && embedded < embedLargest;
      if (isEmbedded) embedded++;
      faces.push({
        box: boxInRatios,
        points: scalePoints(points, 1 / image.width, 1 / image.height),
        confidence,
        pose,
        quality,
        shortcomings,
        attributes: inRatios(
          await timed("attributes", () => this.#attributes.read(pyramid, face, attributes, mesh)),
          image.width,
          image.height,
        ),
        ...(isEmbedded && { embedding: await timed("embed", () => this.#embedder.embed(pyramid, points)) }),
      });
    }
    // A mesh may change the size of a box by a little.
    return faces.sort((a, b) => intersection(b.box, unitSquare) - intersection(a.box, unitSquare));
  }

  /** A face with the points and the pose that it is measured by. */
  #lookClosely(pyramid: ImagePyramid, seen: Detection): Promise<SeenFace> {
    return this.#settings.points === "mesh" ? this.#byMesh(pyramid, seen) : this.#byPoints(pyramid, seen);
  }

  /** Points and box are the mesh's. */
  async #byMesh(pyramid: ImagePyramid, seen: Detection): Promise<SeenFace> {
    const mesh = await this.#attributes.mesh(pyramid, seen.points);
    if (mesh === undefined) throw new Error("The pack has no net for meshes");
    const face = { ...seen, box: boxOfMesh(mesh), points: fivePointsOf(mesh) };
    return { face, pose: await this.#attributes.pose(pyramid, face, mesh), mesh };
  }

  /** The points are the detector's. Where the pose tells of more tilt, they are taken from an upright look. */
  async #byPoints(pyramid: ImagePyramid, seen: Detection): Promise<SeenFace> {
    const pose = await this.#attributes.pose(pyramid, seen);
    const tilt = (pose.roll * Math.PI) / 180;
    if (Math.abs(tilt - tiltOf(seen.points)) < hiddenTilt) return { face: seen, pose };
    const face = await this.#detector.lookUpright(pyramid, seen, tilt);
    return { face, pose: await this.#attributes.pose(pyramid, face) };
  }
}

/** The frame of an image, in ratios. */
const unitSquare: Box = { left: 0, top: 0, width: 1, height: 1 };

interface SeenFace {
  readonly face: Detection;
  readonly pose: Pose;
  /** Where it was read. */
  readonly mesh?: readonly MeshPoint[];
}

/** Tilt beyond that of the points, in radians, from which a face is worth another look. */
const hiddenTilt = (10 * Math.PI) / 180;

/** Does a part's work and adds the time it took. */
type Timer = <Result>(part: AnalysisPart, work: () => Promise<Result>) => Promise<Result>;

/** Makes a function that does a part of the work and adds its milliseconds to `timings`. */
function timerInto(timings: Record<AnalysisPart, number>): Timer {
  return async (part, work) => {
    const start = performance.now();
    const result = await work();
    timings[part] += performance.now() - start;
    return result;
  };
}

/** Attributes whose landmarks are in pixels, as ratios of an image's width and height. */
function inRatios(attributes: FaceAttributes, width: number, height: number): FaceAttributes {
  const { landmarks, ...others } = attributes;
  if (landmarks === undefined) return others;
  const scaled = Object.entries(landmarks).map(([name, { x, y }]): [string, Point] => [
    name,
    { x: x / width, y: y / height },
  ]);
  return { ...others, landmarks: Object.fromEntries(scaled) as typeof landmarks };
}
