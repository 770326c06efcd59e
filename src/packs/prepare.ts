import { convertAgeGenderNet } from "../nets/faceApi/convert.ts";
import { makeDetectorResizable } from "../nets/onnx/detector.ts";
import { prepareLowRankEmbedder } from "../nets/onnx/narrowOutput.ts";
import { prepareScrfd } from "../nets/onnx/scrfd.ts";
import { convertOpenVinoModel } from "../nets/openvino/convert.ts";
import { convertBlazeFace, convertFaceLandmarker, convertFaceMesh } from "../nets/tflite/convert.ts";
import type { PreparedPack } from "../recognition/models.ts";
import { describeSource, type FailedPlace, fetchFiles, findFiles, type ModelPlaces } from "./fetchFiles.ts";
import { requireLicences } from "./licences.ts";
import {
  type Model,
  type ModelFile,
  type ModelForm,
  type ModelPack,
  modelsOf,
  requiredModelsOf,
} from "./pack.ts";

/** A file that no place could give. */
export interface MissingFile {
  readonly file: ModelFile;
  readonly tried: readonly FailedPlace[];
}

/** The files that a pack lacks. */
export interface LackingPack {
  readonly pack: ModelPack;
  readonly missing: readonly MissingFile[];
}

/** Thrown when files of packs cannot be had; says which, what was tried, and how to bring them by hand. */
export class ModelsMissingError extends Error {
  override readonly name = "ModelsMissingError";
  readonly lacking: readonly LackingPack[];
  readonly modelsDir: string;

  constructor(lacking: readonly LackingPack[], modelsDir: string) {
    super(
      [
        ...lacking.flatMap(tellLacking),
        `To bring them by hand: run \`npm run models -- ${lacking.at(-1)?.pack.name}\` where they can be had, and copy its`,
        `models folder to ${modelsDir}; or name a folder or address that has it in CAMEO_MODEL_MIRRORS.`,
        ...(hasAddress(lacking)
          ? [`What has an address above can be downloaded into ${modelsDir}, under the path shown.`]
          : []),
      ].join("\n"),
    );
    this.lacking = lacking;
    this.modelsDir = modelsDir;
  }

  /** @param failures of packs that would each have done. */
  static ofAll(failures: readonly ModelsMissingError[]): ModelsMissingError {
    return new ModelsMissingError(
      failures.flatMap(({ lacking }) => lacking),
      failures[0]?.modelsDir ?? "",
    );
  }
}

function hasAddress(lacking: readonly LackingPack[]): boolean {
  return lacking.some(({ missing }) =>
    missing.some(({ file }) => file.sources.some((source) => typeof source === "string")),
  );
}

function tellLacking({ pack, missing }: LackingPack): readonly string[] {
  return [
    `The model pack "${pack.name}" lacks ${missing.length} file(s):`,
    ...missing.flatMap(({ file }) => [
      `  ${file.path} (${file.bytes} bytes, SHA-256 ${file.sha256})`,
      ...file.sources.map((source) => `    ${describeSource(source)}`),
    ]),
    "What was tried:",
    ...tellTried(missing).map((line) => `  ${line}`),
  ];
}

/** What was tried for files: a line for each reason, with the places that gave it, and the files where it does not hold for all. */
export function tellTried(missing: readonly MissingFile[]): readonly string[] {
  const reasons = new Map<string, { readonly places: Set<string>; readonly files: Set<string> }>();
  for (const { file, tried } of missing) {
    for (const { place, reason } of tried) {
      const group = reasons.get(reason) ?? { places: new Set(), files: new Set() };
      reasons.set(reason, group);
      group.places.add(place);
      group.files.add(file.path);
    }
  }
  return [...reasons].map(([reason, { places, files }]) => {
    const which = files.size < missing.length ? ` [${[...files].join(", ")}]` : "";
    return `${[...places].join(", ")}: ${reason}${which}`;
  });
}

/** How the files of each form become an ONNX file. */
const converters: Readonly<Record<ModelForm, (files: readonly Uint8Array[]) => Uint8Array>> = {
  openvino: ([xml, bin]) => convertOpenVinoModel(xml as Uint8Array, bin as Uint8Array),
  "fixed-size-detector": ([onnx]) => makeDetectorResizable(onnx as Uint8Array),
  scrfd: ([onnx]) => prepareScrfd(onnx as Uint8Array),
  "face-landmarker-task": ([task]) => convertFaceLandmarker(task as Uint8Array),
  blazeface: ([tflite]) => convertBlazeFace(tflite as Uint8Array),
  "face-mesh": ([tflite]) => convertFaceMesh(tflite as Uint8Array),
  "low-rank-embedder": ([onnx]) => prepareLowRankEmbedder(onnx as Uint8Array),
  "face-api-age-gender": ([manifest, bin]) => convertAgeGenderNet(manifest as Uint8Array, bin as Uint8Array),
  onnx: ([onnx]) => onnx as Uint8Array,
};

/** What may be used, and where it is found. */
export interface PackSource extends ModelPlaces {
  /** Names of the packs whose licences were accepted although they do not allow commercial use; else none. */
  readonly acceptedLicences?: readonly string[];
}

/**
 * Makes a pack ready: finds and checks its files and converts them. A net for attributes that cannot be had is
 * warned of and left out.
 *
 * @throws LicenceNotAcceptedError, before anything is fetched; ModelsMissingError naming every file of the detector
 * and the embedders that cannot be had.
 */
export async function preparePack(
  pack: ModelPack,
  { acceptedLicences = [], ...places }: PackSource,
): Promise<PreparedPack> {
  requireLicences(pack, acceptedLicences);
  const fetched = await fetchFiles(filesOf(modelsOf(pack)), places);
  const results = new Map(fetched.map((result) => [result.file.path, result]));
  const missingOf = (models: readonly Model[]): MissingFile[] =>
    filesOf(models).flatMap(({ path }) => {
      const result = results.get(path);
      return result !== undefined && "tried" in result ? [result] : [];
    });
  const missing = missingOf(requiredModelsOf(pack));
  if (missing.length > 0) throw new ModelsMissingError([{ pack, missing }], places.modelsDir);
  const convert = ({ form, files }: Model): Uint8Array =>
    converters[form](
      files.map(({ path }) => {
        const result = results.get(path);
        if (result === undefined || !("bytes" in result)) throw new Error(`${path} is missing`);
        return result.bytes;
      }),
    );
  const prepareNet = <Input>(net: { readonly model: Model; readonly input: Input } | undefined) => {
    if (net === undefined) return;
    const { model, input } = net;
    const lacking = missingOf([model]);
    if (lacking.length === 0) return { input, onnx: convert(model) };
    const tried = tellTried(lacking).join("; ");
    places.report.warn(
      `${model.name} cannot be had; what it tells of faces is left out of answers. Tried: ${tried}`,
    );
    return;
  };
  const headPose = prepareNet(pack.attributes?.headPose);
  const ageGender = prepareNet(pack.attributes?.ageGender);
  const faceMesh = prepareNet(pack.attributes?.faceMesh);
  return {
    pack,
    detector: convert(pack.detector),
    embedders: pack.embedders.map(({ model, settings }) => ({ settings, onnx: convert(model) })),
    attributes: {
      ...(headPose && { headPose }),
      ...(ageGender && { ageGender }),
      ...(faceMesh && { faceMesh }),
    },
  };
}

/** Whether the models folder and the mirrors have all that a pack cannot do without; nobody else is asked. */
export async function isAtHand(pack: ModelPack, places: ModelPlaces): Promise<boolean> {
  const found = await findFiles(filesOf(requiredModelsOf(pack)), places);
  return found.every((result) => "bytes" in result);
}

/** The files of some models, each once. */
function filesOf(models: readonly Model[]): ModelFile[] {
  return [...new Map(models.flatMap(({ files }) => files.map((file) => [file.path, file]))).values()];
}
