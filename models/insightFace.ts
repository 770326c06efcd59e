import type { Model, ModelFile } from "../src/packs/pack.ts";

/** InsightFace's detectors (SCRFD) and embedders (ArcFace), which it offers for non-commercial research alone. */

const release = "https://github.com/deepinsight/insightface/releases/download/v0.7";

const terms = {
  publisher: "InsightFace",
  licence: "LicenseRef-InsightFace-non-commercial-research",
  licenceUrl: "https://github.com/deepinsight/insightface/blob/master/model_zoo/README.md",
  commercialUse: false,
} as const;

/** Paths are those of InsightFace's own folder of models, `~/.insightface/models`, which can be a mirror. */
function offeredIn(
  [pack, ...others]: readonly [string, ...string[]],
  member: string,
  file: Pick<ModelFile, "bytes" | "sha256">,
): readonly ModelFile[] {
  // The smaller archive first: buffalo_sc is buffalo_s without what Cameo does not use.
  const sources = [...others, pack].map((name) => ({ archive: `${release}/${name}.zip`, member }));
  return [{ path: `${pack}/${member}`, ...file, sources }];
}

export const det500m: Model = {
  name: "SCRFD-500MF (det_500m)",
  ...terms,
  form: "scrfd",
  files: offeredIn(["buffalo_s", "buffalo_sc"], "det_500m.onnx", {
    bytes: 2_524_817,
    sha256: "5e4447f50245bbd7966bd6c0fa52938c61474a04ec7def48753668a9d8b4ea3a",
  }),
};

export const mobileFaceNet600k: Model = {
  name: "ArcFace MobileFaceNet, WebFace600K (w600k_mbf)",
  ...terms,
  form: "onnx",
  files: offeredIn(["buffalo_s", "buffalo_sc"], "w600k_mbf.onnx", {
    bytes: 13_616_099,
    sha256: "9cc6e4a75f0e2bf0b1aed94578f144d15175f357bdc05e815e5c4a02b319eb4f",
  }),
};

export const det10g: Model = {
  name: "SCRFD-10GF (det_10g)",
  ...terms,
  form: "scrfd",
  files: offeredIn(["buffalo_l"], "det_10g.onnx", {
    bytes: 16_923_827,
    sha256: "5838f7fe053675b1c7a08b633df49e7af5495cee0493c7dcf6697200b85b5b91",
  }),
};

export const resNet600k: Model = {
  name: "ArcFace ResNet-50, WebFace600K (w600k_r50)",
  ...terms,
  form: "onnx",
  files: offeredIn(["buffalo_l"], "w600k_r50.onnx", {
    bytes: 174_383_860,
    sha256: "4c06341c33c2ca1f86781dab0e829f88ad5b64be9fba56e56bc9ebdefc619e43",
  }),
};
