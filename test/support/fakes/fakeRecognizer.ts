import type { ModelPack } from "../../../src/packs/pack.ts";
import type { FaceAttributes } from "../../../src/recognition/attributes/faceAttributes.ts";
import type {
  AnalyzedFace,
  AnalyzeRequest,
  FaceRequest,
  RecognizedImage,
  Recognizer,
} from "../../../src/recognition/contract.ts";
import { area, scaleBox } from "../../../src/recognition/geometry.ts";
import { shortcomingsOf } from "../../../src/recognition/requirements.ts";
import type { SeenFace } from "./fakeFaces.ts";

/** Width and height of every photo, in pixels. */
export const photoSide = 1000;

/** Most faces of a photo that are answered. A number of its own: the constant's module opens onnxruntime and libvips. */
const mostFaces = 100;

/** What is in a photo: its faces, or why it cannot be analysed. */
export type FakePhoto = readonly SeenFace[] | Error;

/** Photos by their bytes, 256 at most. */
export class FakePhotos {
  readonly #photos: FakePhoto[] = [];

  /** @returns the bytes of a new photo. */
  add(photo: FakePhoto): Uint8Array<ArrayBuffer> {
    this.#photos.push(photo);
    return Uint8Array.of(this.#photos.length - 1);
  }

  /** @throws what analysing the photo is to throw. */
  facesIn(bytes: Uint8Array): readonly SeenFace[] {
    const photo = this.#photos[bytes[0] ?? -1];
    if (photo === undefined) throw new Error("No such photo was added");
    if (photo instanceof Error) throw photo;
    return photo;
  }
}

/** A recogniser that knows the faces of its photos, and answers of them what a request asks for. */
export class FakeRecognizer implements Recognizer {
  readonly pack: ModelPack;
  /** What was asked of it. */
  readonly requests: AnalyzeRequest[] = [];
  readonly #photos: FakePhotos;
  readonly #onAnalyzed: () => void;

  /** @param onAnalyzed is called before each answer. */
  constructor(pack: ModelPack, photos: FakePhotos, onAnalyzed: () => void) {
    this.pack = pack;
    this.#photos = photos;
    this.#onAnalyzed = onAnalyzed;
  }

  async analyze(bytes: Uint8Array<ArrayBuffer>, request: AnalyzeRequest): Promise<RecognizedImage> {
    this.requests.push(request);
    const faces = answerOf(this.#photos.facesIn(bytes), request);
    this.#onAnalyzed();
    return {
      width: photoSide,
      height: photoSide,
      faces,
      timings: { queue: 0, decode: 0, detect: 0, attributes: 0, embed: 0 },
    };
  }

  load(): never {
    throw new Error("No operation asks for the load");
  }

  async check(): Promise<void> {}

  async close(): Promise<void> {}
}

/** The faces of a photo as the analysis answers them; `embedOverlapping`, which no operation asks for, left aside. */
function answerOf(seen: readonly SeenFace[], request: FaceRequest): AnalyzedFace[] {
  const { embedLargest, leaveOutRest, requirements, attributes = [] } = request;
  let embedded = 0;
  const answer: AnalyzedFace[] = [];
  for (const face of [...seen].sort((a, b) => area(b.box) - area(a.box)).slice(0, mostFaces)) {
    if (leaveOutRest && embedded === embedLargest) break;
    const { embedding, ...rest } = face;
    const shortcomings = shortcomingsOf(
      { ...face, box: scaleBox(face.box, photoSide, photoSide) },
      requirements,
    );
    const isEmbedded = shortcomings.length === 0 && embedded < embedLargest;
    if (isEmbedded) embedded++;
    answer.push({
      ...rest,
      shortcomings,
      attributes: Object.fromEntries(
        attributes.map((name) => [name, face.attributes[name]]),
      ) as FaceAttributes,
      ...(isEmbedded && { embedding }),
    });
  }
  return answer;
}
