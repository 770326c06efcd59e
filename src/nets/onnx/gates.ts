import { GraphView, replaceNodes } from "./graphView.ts";
import { type OnnxGraph, type OnnxNode, type OnnxTensor, type OnnxValue, text } from "./model.ts";

/**
 * Repeats channel gates (the N x C x 1 x 1 factor of a squeeze-and-excitation block) over the image before they
 * are multiplied with it.
 *
 * onnxruntime multiplies in its blocked layout only where both factors have one shape, and else reorders the
 * image to and fro. Enlarging the gate in the blocked layout costs less than that.
 */
export function enlargeGates(graph: OnnxGraph): OnnxGraph {
  const view = new GraphView(graph);
  const replacements = new Map<OnnxNode, OnnxNode[]>();
  const scales = new Map<string, OnnxTensor>();
  const values: OnnxValue[] = [];
  for (const node of graph.nodes) {
    const factors = node.opType === "Mul" ? gateFactors(node, view) : undefined;
    if (!factors) continue;
    const { image, gate, dims } = factors;
    const [, , height, width] = dims;
    const scale: OnnxTensor = {
      name: `gate_scale_${height}x${width}`,
      dims: [4],
      data: new Float32Array([1, 1, height, width]),
    };
    scales.set(scale.name, scale);
    const enlarged = `${node.outputs[0]}/gate`;
    // Shape inference loses a symbolic batch here, and with it the equality of the shapes.
    values.push({ name: enlarged, dims });
    replacements.set(node, [
      {
        opType: "Resize",
        name: enlarged,
        inputs: [gate, "", scale.name],
        outputs: [enlarged],
        attributes: {
          mode: text("nearest"),
          nearest_mode: text("floor"),
          coordinate_transformation_mode: text("asymmetric"),
        },
      },
      { ...node, inputs: [image, enlarged] },
    ]);
  }
  const rewritten = replaceNodes(graph, replacements, [...scales.values()]);
  return { ...rewritten, values: [...(graph.values ?? []), ...values] };
}

type ImageDims = readonly [batch: number | string, channels: number, height: number, width: number];

function gateFactors({ inputs: [left = "", right = ""] }: OnnxNode, view: GraphView) {
  for (const [image, gate] of [[left, right] as const, [right, left] as const]) {
    const dims = view.dims(image);
    const gateDims = view.dims(gate);
    if (!isImage(dims) || !isImage(gateDims) || gateDims[2] !== 1 || gateDims[3] !== 1) continue;
    const [batch, channels, height, width] = dims;
    if (gateDims[0] === batch && gateDims[1] === channels && height * width > 1) return { image, gate, dims };
  }
  return undefined;
}

function isImage(dims: OnnxValue["dims"] | undefined): dims is ImageDims {
  return dims?.length === 4 && dims.slice(1).every((dim) => typeof dim === "number");
}
