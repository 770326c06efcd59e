import {
  decodeModel,
  encodeModel,
  int,
  OnnxFormatError,
  type OnnxGraph,
  type OnnxNode,
  type OnnxTensor,
} from "./model.ts";

/** The outputs of InsightFace's SCRFD detectors with points, in their order; their own names are mere numbers. */
const outputs = ["score", "bbox", "kps"].flatMap((kind) => [8, 16, 32].map((stride) => `${kind}_${stride}`));

/**
 * Makes an SCRFD face detector take the pixels that YuNet takes, and names its outputs.
 *
 * It was trained on red, green and blue less 127.5, divided by 128; that becomes part of the graph.
 *
 * @param onnx one of InsightFace's `det_*.onnx`: one 1 x 3 x H x W input of free height and width, nine outputs.
 * @returns the same model for blue, green and red, 0..255, whose outputs are `score_8` to `kps_32`.
 * @throws OnnxFormatError for a graph of another form.
 */
export function prepareScrfd(onnx: Uint8Array): Uint8Array {
  return encodeModel(nameOutputs(takePlainPixels(decodeModel(onnx))));
}

function takePlainPixels(graph: OnnxGraph): OnnxGraph {
  const [input, ...more] = graph.inputs;
  if (!input || more.length > 0 || input.dims.length !== 4 || input.dims.slice(2).some(isFixed)) {
    throw new OnnxFormatError("An SCRFD detector has one input of the shape 1 x 3 x H x W, H and W free");
  }
  const constants: OnnxTensor[] = [
    { name: "pixels/order", dims: [3], data: BigInt64Array.of(2n, 1n, 0n) },
    { name: "pixels/mean", dims: [], data: Float32Array.of(127.5) },
    { name: "pixels/factor", dims: [], data: Float32Array.of(1 / 128) },
  ];
  const nodes: OnnxNode[] = [
    {
      opType: "Gather",
      inputs: ["pixels", "pixels/order"],
      outputs: ["pixels/rgb"],
      attributes: { axis: int(1) },
    },
    { opType: "Sub", inputs: ["pixels/rgb", "pixels/mean"], outputs: ["pixels/centred"] },
    { opType: "Mul", inputs: ["pixels/centred", "pixels/factor"], outputs: [input.name] },
  ];
  return {
    ...graph,
    inputs: [{ name: "pixels", dims: [1, 3, "height", "width"] }],
    initializers: [...graph.initializers, ...constants],
    nodes: [...nodes, ...graph.nodes],
  };
}

function isFixed(dimension: number | string): boolean {
  return typeof dimension === "number";
}

/** The shapes that the published files declare are those of one image size. */
function nameOutputs(graph: OnnxGraph): OnnxGraph {
  if (graph.outputs.length !== outputs.length) {
    throw new OnnxFormatError(`An SCRFD detector with points has ${outputs.length} outputs`);
  }
  return {
    ...graph,
    outputs: graph.outputs.map(({ dims }, index) => ({
      name: outputs[index] as string,
      dims: [...dims.slice(0, -1).map((_, at) => `cells_${index}_${at}`), dims.at(-1) ?? 1],
    })),
    values: [],
    nodes: [
      ...graph.nodes,
      ...graph.outputs.map(({ name }, index) => ({
        opType: "Identity",
        inputs: [name],
        outputs: [outputs[index] as string],
      })),
    ],
  };
}
