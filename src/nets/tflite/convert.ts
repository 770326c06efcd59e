import { unzipSync } from "fflate";
import { prepareBlazeFace } from "../onnx/blazeFace.ts";
import { encodeModel } from "../onnx/model.ts";
import { optimize } from "../onnx/optimize.ts";
import { TfliteError } from "./error.ts";
import { importTflite } from "./importer.ts";

/** The net for landmarks in the archive of MediaPipe's Face Landmarker. */
const landmarksModel = "face_landmarks_detector.tflite";

/**
 * Converts the net for landmarks of MediaPipe's Face Landmarker into an ONNX file for onnxruntime's CPU provider.
 *
 * @param task a `face_landmarker.task`, which is a zip archive.
 * @throws TfliteError naming the operator and its tensor where a type, option or form is not known.
 */
export function convertFaceLandmarker(task: Uint8Array): Uint8Array {
  const { [landmarksModel]: model } = unzipSync(task, { filter: ({ name }) => name === landmarksModel });
  if (model === undefined) throw new TfliteError(`The archive holds no ${landmarksModel}`);
  return convertFaceMesh(model);
}

/**
 * Converts one of MediaPipe's nets for meshes of faces into an ONNX file for onnxruntime's CPU provider.
 *
 * @param tflite such as `face_landmark.tflite`.
 * @throws TfliteError naming the operator and its tensor where a type, option or form is not known.
 */
export function convertFaceMesh(tflite: Uint8Array): Uint8Array {
  return encodeModel(optimize(importTflite(tflite)));
}

/**
 * Converts MediaPipe's BlazeFace, made for faces at short range, into an ONNX file that takes the pixels that YuNet
 * takes; `decodeBlazeFace` reads what it answers.
 *
 * @param tflite a `face_detection_short_range.tflite`.
 * @throws TfliteError naming the operator and its tensor, or OnnxFormatError, where the net is another one.
 */
export function convertBlazeFace(tflite: Uint8Array): Uint8Array {
  return encodeModel(prepareBlazeFace(importTflite(tflite)));
}
