import { prune } from "./graphView.ts";
import { mergeHeads } from "./mergeHeads.ts";
import { decodeModel, encodeModel, OnnxFormatError, type OnnxGraph, type OnnxNode } from "./model.ts";

/**
 * Turns the YuNet face detector, which is published for one image size, into one for any.
 *
 * @param onnx a model of one 1 x 3 x H x W input, such as OpenCV Zoo's `face_detection_yunet_2023mar.onnx`
 * @returns the same model for every height and width that its largest stride, 32 pixels, divides
 * @throws OnnxFormatError where the graph computes with the size that it was published for.
 */
export function makeDetectorResizable(onnx: Uint8Array): Uint8Array {
  return encodeModel(prune(mergeHeads(freeImageSize(decodeModel(onnx)))));
}

function freeImageSize(graph: OnnxGraph): OnnxGraph {
  const [input, ...more] = graph.inputs;
  if (!input || more.length > 0 || input.dims.length !== 4) {
    throw new OnnxFormatError("A detector has one input of the shape 1 x 3 x H x W");
  }
  for (const node of graph.nodes) {
    if (!isFreeOfSize(node, graph)) {
      throw new OnnxFormatError(`${node.opType} of ${node.outputs[0]} is made for one image size`);
    }
  }
  return {
    ...graph,
    inputs: [{ ...input, dims: [1, 3, "height", "width"] }],
    outputs: graph.outputs.map(({ name, dims }) => ({ name, dims: [1, `cells_${name}`, dims.at(-1) ?? 1] })),
    values: [],
  };
}

/** Whether an operator works on images of any size: a reshape must infer one dimension, a resize must scale. */
function isFreeOfSize({ opType, inputs }: OnnxNode, graph: OnnxGraph): boolean {
  const tensor = (name: string | undefined) =>
    graph.initializers.find((candidate) => candidate.name === name);
  if (opType === "Reshape") return Array.from(tensor(inputs[1])?.data ?? [], Number).includes(-1);
  if (opType === "Resize") return tensor(inputs[2]) !== undefined && !inputs[3];
  return true;
}
