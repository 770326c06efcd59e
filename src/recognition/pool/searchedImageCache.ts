import { createHash } from "node:crypto";
import { LRUCache } from "lru-cache";
import type {
  AnalysisTimings,
  AnalyzeRequest,
  RecognizedImage,
  Recognizer,
  RecognizerLoad,
} from "../contract.ts";

/** Images that are remembered at most; each takes a few kilobytes, of its faces, never of its pixels. */
const capacity = 1_000;

const noWork: AnalysisTimings = { decode: 0, detect: 0, attributes: 0, embed: 0 };

/**
 * A recogniser that remembers for a while what it found in the images that people search with: one selfie is
 * searched in several collections, and again when its person comes back to the page. Images that come at the same
 * time are analysed once.
 */
export class SearchedImageCache implements Recognizer {
  readonly #recognizer: Recognizer;
  readonly #images: LRUCache<string, Promise<RecognizedImage>>;

  /** @param ttl milliseconds for which an image is remembered, above 0. */
  constructor(recognizer: Recognizer, ttl: number) {
    this.#recognizer = recognizer;
    this.#images = new LRUCache({ max: capacity, ttl, ttlAutopurge: true });
  }

  get pack() {
    return this.#recognizer.pack;
  }

  async analyze(bytes: Uint8Array<ArrayBuffer>, request: AnalyzeRequest): Promise<RecognizedImage> {
    if (request.urgency !== "interactive" || request.embedLargest !== 1) {
      return this.#recognizer.analyze(bytes, request);
    }
    const key = `${createHash("sha256").update(bytes).digest("base64")} ${JSON.stringify(request)}`;
    const known = this.#images.get(key);
    if (known !== undefined) return { ...(await known), timings: { ...noWork, queue: 0 } };
    const analyzed = this.#recognizer.analyze(bytes, request);
    this.#images.set(key, analyzed);
    // What failed, for want of a free thread as well as for a damaged image, is tried again.
    analyzed.catch(() => this.#images.delete(key));
    return analyzed;
  }

  load(): RecognizerLoad {
    return this.#recognizer.load();
  }

  check(): Promise<void> {
    return this.#recognizer.check();
  }

  async close(): Promise<void> {
    this.#images.clear();
    await this.#recognizer.close();
  }
}
