import { encodeModel } from "../onnx/model.ts";
import { optimize } from "../onnx/optimize.ts";
import { Layers } from "./layers.ts";
import { buildAgeGenderNet, buildExpressionNet } from "./nets.ts";
import { Weights } from "./weights.ts";

/**
 * Converts face-api's net for age and gender into an ONNX file: 1 x 3 x 112 x 112 in; `age` in years and `gender`,
 * probabilities of male and female, out.
 *
 * @param manifest `age_gender_model-weights_manifest.json`.
 * @param bin `age_gender_model.bin`.
 * @throws FaceApiError for files of another net.
 */
export function convertAgeGenderNet(manifest: Uint8Array, bin: Uint8Array): Uint8Array {
  return convert(manifest, bin, buildAgeGenderNet);
}

/**
 * Converts face-api's net for expressions into an ONNX file: 1 x 3 x 112 x 112 in; `expressions`, probabilities of
 * {@link expressionNames} in their order, out.
 *
 * @param manifest `face_expression_model-weights_manifest.json`.
 * @param bin `face_expression_model.bin`.
 * @throws FaceApiError for files of another net.
 */
export function convertExpressionNet(manifest: Uint8Array, bin: Uint8Array): Uint8Array {
  return convert(manifest, bin, buildExpressionNet);
}

function convert(manifest: Uint8Array, bin: Uint8Array, build: (layers: Layers) => void): Uint8Array {
  const layers = new Layers(new Weights(manifest, bin));
  build(layers);
  return encodeModel(optimize(layers.graph()));
}
