import { encodeModel } from "../onnx/model.ts";
import { optimize } from "../onnx/optimize.ts";
import { importOpenVino } from "./importer.ts";

/**
 * Converts an OpenVINO IR into an ONNX file for onnxruntime's CPU provider, with a free batch dimension.
 *
 * @param file named in errors
 * @throws OpenVinoError naming the layer and its type where a type, attribute or form is not known.
 */
export function convertOpenVinoModel(xml: Uint8Array, weights: Uint8Array, file?: string): Uint8Array {
  return encodeModel(optimize(importOpenVino(xml, weights, file)));
}
