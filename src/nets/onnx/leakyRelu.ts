import { GraphView, replaceNodes } from "./graphView.ts";
import { float, type OnnxGraph, type OnnxNode } from "./model.ts";

/**
 * Writes each `PRelu` with a single slope as `LeakyRelu`, which is the same function, whatever the slope.
 *
 * onnxruntime fuses `LeakyRelu` into a preceding convolution and keeps its blocked layout, while its `PRelu` does
 * neither and branches on every element.
 */
export function useLeakyRelu(graph: OnnxGraph): OnnxGraph {
  const view = new GraphView(graph);
  const replacements = new Map<OnnxNode, OnnxNode[]>();
  for (const node of graph.nodes) {
    const [input, slope] = node.inputs;
    const slopes = view.initializer(slope)?.data;
    if (node.opType !== "PRelu" || !input || slopes?.length !== 1) continue;
    const { opType: _, attributes: __, ...rest } = node;
    replacements.set(node, [
      { ...rest, opType: "LeakyRelu", inputs: [input], attributes: { alpha: float(Number(slopes[0])) } },
    ]);
  }
  return replaceNodes(graph, replacements);
}
