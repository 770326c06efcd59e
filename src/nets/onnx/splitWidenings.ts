import { appendedChannels, groupsOf } from "./convolution.ts";
import { GraphView, prune, replaceNodes } from "./graphView.ts";
import type { OnnxGraph, OnnxNode, OnnxTensor } from "./model.ts";
import { int } from "./model.ts";

/**
 * Writes `Relu(Pad(x) + Conv(y))`, where the `Pad` appends channels of zeros, without the zeros: the convolution's
 * first channels are added to `x`, the others stand alone, and both are put one after the other.
 *
 * onnxruntime has no `Pad` in its blocked layout; it has this, and fuses the sum and the `Relu` into the convolution.
 */
export function splitWidenings(graph: OnnxGraph): OnnxGraph {
  const view = new GraphView(graph);
  const replacements = new Map<OnnxNode, readonly OnnxNode[]>();
  const initializers: OnnxTensor[] = [];
  for (const node of graph.nodes) {
    const widening = node.opType === "Relu" ? findWidening(node, view) : undefined;
    if (widening === undefined) continue;
    const split = splitWidening(widening);
    for (const replaced of widening.replaced) replacements.set(replaced, []);
    replacements.set(node, split.nodes);
    initializers.push(...split.initializers);
  }
  return prune(replaceNodes(graph, replacements, initializers));
}

interface Widening {
  /** What is added to the first channels. */
  readonly narrow: string;
  readonly convolution: OnnxNode;
  readonly weights: OnnxTensor;
  readonly bias: OnnxTensor | undefined;
  /** Channels of the convolution that have no other to be added to. */
  readonly added: number;
  readonly output: string;
  readonly replaced: readonly OnnxNode[];
}

function findWidening(relu: OnnxNode, view: GraphView): Widening | undefined {
  const sum = view.producer(relu.inputs[0] ?? "");
  if (sum?.opType !== "Add" || view.soleConsumer(sum.outputs[0] ?? "") !== relu) return undefined;
  const operands = sum.inputs.map((input) => view.producer(input));
  const pad = operands.find((node) => node?.opType === "Pad");
  const convolution = operands.find((node) => node?.opType === "Conv");
  if (pad === undefined || convolution === undefined || groupsOf(convolution) !== 1) return undefined;
  if ([pad, convolution].some((node) => view.soleConsumer(node.outputs[0] ?? "") !== sum)) return undefined;
  const added = appendedChannels(pad, view.initializer(pad.inputs[1]));
  const weights = view.initializer(convolution.inputs[1]);
  const bias = view.initializer(convolution.inputs[2]);
  const [narrow, output] = [pad.inputs[0], relu.outputs[0]];
  if (added === undefined || weights === undefined || narrow === undefined || output === undefined)
    return undefined;
  if (convolution.inputs[2] && bias === undefined) return undefined;
  return { narrow, convolution, weights, bias, added, output, replaced: [pad, convolution, sum] };
}

function splitWidening({ narrow, convolution, weights, bias, added, output }: Widening) {
  const [input = ""] = convolution.inputs;
  const channels = (weights.dims[0] as number) - added;
  const initializers: OnnxTensor[] = [];
  const part = (name: string, from: number, to: number | undefined): OnnxNode => {
    const tensors = [weights, ...(bias ? [bias] : [])].map((tensor) => rowsOf(tensor, from, to, name));
    initializers.push(...tensors);
    return {
      ...convolution,
      name,
      inputs: [input, ...tensors.map((tensor) => tensor.name)],
      outputs: [name],
    };
  };
  const relu = (input: string, name: string): OnnxNode => ({
    opType: "Relu",
    name,
    inputs: [input],
    outputs: [name],
  });
  const names = { first: `${output}/first`, sum: `${output}/sum`, rest: `${output}/rest` };
  const kept = { first: `${names.sum}/relu`, rest: `${names.rest}/relu` };
  const nodes: OnnxNode[] = [
    part(names.first, 0, channels),
    { opType: "Add", name: names.sum, inputs: [narrow, names.first], outputs: [names.sum] },
    relu(names.sum, kept.first),
    part(names.rest, channels, undefined),
    relu(names.rest, kept.rest),
    {
      opType: "Concat",
      name: output,
      inputs: [kept.first, kept.rest],
      outputs: [output],
      attributes: { axis: int(1) },
    },
  ];
  return { nodes, initializers };
}

/** Rows of a tensor along its first axis. */
function rowsOf(
  { name, dims, data }: OnnxTensor,
  from: number,
  to: number | undefined,
  part: string,
): OnnxTensor {
  const [rows = 1, ...rest] = dims;
  const inner = rest.reduce((product, dim) => product * dim, 1);
  const end = to ?? rows;
  return {
    name: `${part}/${name}`,
    dims: [end - from, ...rest],
    data: Float32Array.from(data, Number).subarray(from * inner, end * inner),
  };
}
