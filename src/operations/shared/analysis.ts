import {
  type AwsError,
  imageTooLarge,
  invalidImageEncoding,
  invalidImageFormat,
  invalidParameters,
  modelPackUnavailable,
  throttled,
} from "../../../protocol/errors.ts";
import {
  type AnalyzedFace,
  type AnalyzedImage,
  type AnalyzeRequest,
  ImageError,
  type ImageFault,
  PackUnavailableError,
  type Recognizer,
  RecognizerBusyError,
} from "../../recognition/contract.ts";

/** What Rekognition answers to images that cannot be analysed. */
const imageFaults: Readonly<Record<ImageFault, () => AwsError>> = {
  "unknown-format": invalidImageFormat,
  undecodable: invalidImageEncoding,
  "too-many-pixels": imageTooLarge,
  "too-small": invalidParameters,
};

/** Analyses an image; its faults, a full queue and missing models become Rekognition's errors. @throws AwsError */
export async function analyzeImage(
  recognizer: Recognizer,
  bytes: Uint8Array<ArrayBuffer>,
  request: AnalyzeRequest,
): Promise<AnalyzedImage> {
  try {
    return await recognizer.analyze(bytes, request);
  } catch (error) {
    if (error instanceof ImageError) throw imageFaults[error.fault]();
    if (error instanceof RecognizerBusyError) throw throttled();
    if (error instanceof PackUnavailableError) throw modelPackUnavailable(recognizer.pack.name, error);
    throw error;
  }
}

/** A face with its embedding. */
export type EmbeddedFace = AnalyzedFace & Required<Pick<AnalyzedFace, "embedding">>;

/** The faces that were asked to be embedded and met the requirements, largest first. */
export function embeddedFaces({ faces }: AnalyzedImage): EmbeddedFace[] {
  return faces.filter((face): face is EmbeddedFace => face.embedding !== undefined);
}

/** The largest of `embeddedFaces`, if there is any. */
export function largestEmbedded(image: AnalyzedImage): EmbeddedFace | undefined {
  return embeddedFaces(image)[0];
}
