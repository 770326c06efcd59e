import type { EmbedderFile } from "../analyze.ts";
import type { AttributeNets } from "../attributes/attributeReader.ts";
import { makeDetectorResizable } from "../onnx/detector.ts";
import { prepareLowRankEmbedder } from "../onnx/narrowOutput.ts";
import { prepareScrfd } from "../onnx/scrfd.ts";
import { convertOpenVinoModel } from "../openvino/convert.ts";
import { convertBlazeFace, convertFaceLandmarker, convertFaceMesh } from "../tflite/convert.ts";
import { type FailedPlace, fetchFile, type ModelPlaces } from "./fetchFile.ts";
import { requireLicences } from "./licences.ts";
import type { EmbedderModel, Model, ModelFile, ModelForm, ModelPack } from "./pack.ts";

/** A pack whose models are at hand, as ONNX files in memory. */
export interface PreparedPack {
  readonly pack: ModelPack;
  readonly detector: Uint8Array;
  readonly embedders: readonly EmbedderFile[];
  /** Those that could be had. */
  readonly attributes: AttributeNets;
}

/** A file that no place could give. */
export interface MissingFile {
  readonly file: ModelFile;
  readonly tried: readonly FailedPlace[];
}

/** Thrown when files of a pack cannot be had; says which, what was tried, and how to bring them by hand. */
export class ModelsMissingError extends Error {
  override readonly name = "ModelsMissingError";

  constructor(pack: ModelPack, missing: readonly MissingFile[], modelsDir: string) {
    const files = missing.map(({ file, tried }) =>
      [
        `  ${file.path} (${file.bytes} bytes, SHA-256 ${file.sha256})`,
        ...tried.map(({ place, reason }) => `    tried ${place}: ${reason}`),
      ].join("\n"),
    );
    super(
      [
        `The model pack "${pack.name}" lacks ${missing.length} file(s):`,
        ...files,
        `To bring them by hand: download each from its last address above and put it into ${modelsDir}`,
        "under the path shown, or name a folder or address that has them in CAMEO_MODEL_MIRRORS.",
      ].join("\n"),
    );
  }
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
  const missing: MissingFile[] = [];
  const gather = async (model: Model, missing: MissingFile[]): Promise<Uint8Array[]> => {
    const files: Uint8Array[] = [];
    for (const file of model.files) {
      const result = await fetchFile(file, places);
      if ("bytes" in result) files.push(result.bytes);
      else missing.push(result);
    }
    return files;
  };
  const detector = await gather(pack.detector, missing);
  const embedders: (EmbedderModel & { readonly files: readonly Uint8Array[] })[] = [];
  for (const embedder of pack.embedders) {
    embedders.push({ ...embedder, files: await gather(embedder.model, missing) });
  }
  if (missing.length > 0) throw new ModelsMissingError(pack, missing, places.modelsDir);
  const prepareNet = async <Input>(net: { readonly model: Model; readonly input: Input } | undefined) => {
    if (net === undefined) return;
    const { model, input } = net;
    const lacking: MissingFile[] = [];
    const files = await gather(model, lacking);
    if (lacking.length === 0) return { input, onnx: converters[model.form](files) };
    places.report.warn(`${model.name} cannot be had; what it tells of faces is left out of answers`);
    return;
  };
  const headPose = await prepareNet(pack.attributes?.headPose);
  const ageGender = await prepareNet(pack.attributes?.ageGender);
  const faceMesh = await prepareNet(pack.attributes?.faceMesh);
  return {
    pack,
    detector: converters[pack.detector.form](detector),
    embedders: embedders.map(({ model, files, settings }) => ({
      settings,
      onnx: converters[model.form](files),
    })),
    attributes: {
      ...(headPose && { headPose }),
      ...(ageGender && { ageGender }),
      ...(faceMesh && { faceMesh }),
    },
  };
}
