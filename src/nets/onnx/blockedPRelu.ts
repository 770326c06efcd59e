import { GraphView, replaceNodes } from "./graphView.ts";
import { int, type OnnxGraph, type OnnxNode, type OnnxTensor } from "./model.ts";

/**
 * Writes each `PRelu` with a slope for each channel as `slope * x + Relu((1 - slope) * x)`, which is the same where no
 * slope is above 1, else as `slope * x + (1 - slope) * Relu(x)`; the factors as 1 x 1 convolutions of single channels.
 *
 * onnxruntime computes all of these in its blocked layout, while its `PRelu` reorders the image to and fro and branches
 * on every element. It fuses the rectifier into the convolution before it, so that the first way is the faster one.
 */
export function blockPRelu(graph: OnnxGraph): OnnxGraph {
  const view = new GraphView(graph);
  const replacements = new Map<OnnxNode, OnnxNode[]>();
  const factors: OnnxTensor[] = [];
  for (const node of graph.nodes) {
    const [input, slope] = node.inputs;
    const slopes = view.initializer(slope);
    const [output] = node.outputs;
    if (node.opType !== "PRelu" || !input || !output || !slopes) continue;
    const [channels = 0, ...spatial] = slopes.dims;
    if (spatial.length !== 2 || channels !== slopes.data.length) continue;
    const factor = (name: string, of: string, by: (slope: number) => number): OnnxNode => {
      const data = Float32Array.from({ length: channels }, (_, channel) => by(Number(slopes.data[channel])));
      factors.push({ name: `${name}/factor`, dims: [channels, 1, 1, 1], data });
      return {
        opType: "Conv",
        name,
        inputs: [of, `${name}/factor`],
        outputs: [name],
        attributes: { group: int(channels) },
      };
    };
    const linear = `${output}/linear`;
    const rest = `${output}/rest`;
    const between = `${output}/between`;
    const rectifier = (name: string, of: string): OnnxNode => ({
      opType: "Relu",
      name,
      inputs: [of],
      outputs: [name],
    });
    const complement = (slope: number) => 1 - slope;
    const isConvex = slopes.data.every((slope) => slope <= 1);
    replacements.set(node, [
      ...(isConvex
        ? [factor(between, input, complement), rectifier(rest, between)]
        : [rectifier(between, input), factor(rest, between, complement)]),
      factor(linear, input, (slope) => slope),
      { opType: "Add", name: output, inputs: [linear, rest], outputs: [output] },
    ]);
  }
  return replaceNodes(graph, replacements, factors);
}
