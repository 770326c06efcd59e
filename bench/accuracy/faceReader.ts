import { readFile } from "node:fs/promises";
import { packs } from "../../models/packs.ts";
import { readConfig } from "../../src/boot/config.ts";
import { findPack } from "../../src/packs/findPack.ts";
import { preparePack } from "../../src/packs/prepare.ts";
import {
  type AnalyzedFace,
  type AnalyzedImage,
  ImageError,
  maximumFaces,
  type RecognizedPack,
  type Recognizer,
} from "../../src/recognition/contract.ts";
import type { Box } from "../../src/recognition/geometry.ts";
import type { PreparedPack } from "../../src/recognition/models.ts";
import { RecognizerPool } from "../../src/recognition/pool/recognizerPool.ts";
import { Progress } from "../support/progress.ts";
import { inParallel } from "../support/target.ts";

/** A face with its embedding. */
export interface Face extends AnalyzedFace {
  readonly embedding: Float32Array;
  /** In pixels of the upright original; what quality filters measure. */
  readonly boxInPixels: Box;
}

/** What was found in a photo; no faces in a file that cannot be analysed. */
export interface ReadPhoto extends Pick<AnalyzedImage, "width" | "height"> {
  readonly faces: readonly Face[];
}

/**
 * Brings the models of the pack of that name, as the environment says.
 *
 * @throws UnknownModelPackError, LicenceNotAcceptedError, ModelsMissingError
 */
export function prepareNamed(name: string): Promise<PreparedPack> {
  const { modelsDir, modelMirrors: mirrors, acceptedLicences } = readConfig(process.env);
  const report = { progress: () => undefined, ready: () => undefined, warn: console.warn };
  return preparePack(findPack(name, packs), { modelsDir, mirrors, acceptedLicences, report });
}

/** Finds and embeds all faces of photos, with one pack, on all cores; each file once. */
export class FaceReader {
  readonly #recognizer: Recognizer;
  readonly #concurrency: number;
  readonly #photos = new Map<string, ReadPhoto>();

  private constructor(recognizer: Recognizer, threads: number) {
    this.#recognizer = recognizer;
    this.#concurrency = 2 * threads;
  }

  /** Opens the pack of that name. @throws UnknownModelPackError, LicenceNotAcceptedError, ModelsMissingError */
  static async open(name: string): Promise<FaceReader> {
    const { workers: threads } = readConfig(process.env);
    const recognizer = new RecognizerPool(await prepareNamed(name), {
      threads,
      queueLimit: 4 * threads,
      worker: new URL("../../src/recognition/pool/worker.js", import.meta.url),
      onThreadError: console.error,
    });
    await recognizer.check();
    return new FaceReader(recognizer, threads);
  }

  get pack(): RecognizedPack {
    return this.#recognizer.pack;
  }

  /** Reads files that were not read before. */
  async readAll(files: readonly string[]): Promise<void> {
    const unread = [...new Set(files)].filter((file) => !this.#photos.has(file));
    const progress = new Progress("photos", unread.length);
    await inParallel(unread, this.#concurrency, async (file) => {
      this.#photos.set(file, await this.#read(await readFile(file)));
      progress.step();
    });
  }

  /** What `readAll` found in a file. @throws for a file that was not read. */
  photo(file: string): ReadPhoto {
    const photo = this.#photos.get(file);
    if (photo === undefined) throw new Error(`${file} was not read`);
    return photo;
  }

  /** Reads images that are made on the way. */
  readMade(makers: readonly (() => Promise<Uint8Array>)[], what: string): Promise<ReadPhoto[]> {
    const progress = new Progress(what, makers.length);
    return inParallel(makers, this.#concurrency, async (make) => {
      const photo = await this.#read(await make());
      progress.step();
      return photo;
    });
  }

  close(): Promise<void> {
    return this.#recognizer.close();
  }

  async #read(bytes: Uint8Array): Promise<ReadPhoto> {
    try {
      const image = await this.#recognizer.analyze(new Uint8Array(bytes), {
        embedLargest: maximumFaces,
        urgency: "bulk",
      });
      const { width, height, faces } = image;
      return { width, height, faces: faces.flatMap((face) => toFace(face, image)) };
    } catch (error) {
      if (error instanceof ImageError) return { width: 0, height: 0, faces: [] };
      throw error;
    }
  }
}

function toFace({ embedding, ...face }: AnalyzedFace, { width, height }: AnalyzedImage): Face[] {
  if (embedding === undefined) return [];
  const { box } = face;
  const boxInPixels = {
    left: box.left * width,
    top: box.top * height,
    width: box.width * width,
    height: box.height * height,
  };
  return [{ ...face, embedding, boxInPixels }];
}

/** The face whose box has its middle nearest to a point, in pixels. */
export function nearestFace(faces: readonly Face[], x: number, y: number): Face | undefined {
  return faces.toSorted((a, b) => distance(a, x, y) - distance(b, x, y))[0];
}

/** Pixels from the middle of a face's box to a point. */
export function distance({ boxInPixels: { left, top, width, height } }: Face, x: number, y: number): number {
  return Math.hypot(left + width / 2 - x, top + height / 2 - y);
}
