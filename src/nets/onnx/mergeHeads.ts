import { groupsOf } from "./convolution.ts";
import { GraphView, replaceNodes } from "./graphView.ts";
import { int, type OnnxGraph, type OnnxNode, type OnnxTensor } from "./model.ts";

/** A 1x1 convolution with the depthwise one that alone reads it. Both have weights and a bias. */
interface Head {
  readonly pointwise: Convolution;
  readonly depthwise: Convolution;
  readonly channels: number;
}

interface Convolution {
  readonly node: OnnxNode;
  readonly input: string;
  readonly output: string;
  readonly weights: OnnxTensor;
  readonly bias: OnnxTensor;
}

/**
 * Computes the heads that read one feature map, each a pointwise and a depthwise convolution, as one head with
 * the channels of all, and slices its result.
 *
 * The heads of a detector are narrow, from 1 to 10 channels, while vector units work on 8 or 16 at a time, and
 * onnxruntime's blocked layout pads to that.
 */
export function mergeHeads(graph: OnnxGraph): OnnxGraph {
  const replacements = new Map<OnnxNode, readonly OnnxNode[]>();
  const initializers: OnnxTensor[] = [];
  for (const heads of siblings(findHeads(graph))) {
    const merged = merge(heads);
    for (const { pointwise, depthwise } of heads)
      replacements.set(pointwise.node, []).set(depthwise.node, []);
    replacements.set(heads[0].pointwise.node, merged.nodes);
    initializers.push(...merged.initializers);
  }
  return replaceNodes(graph, replacements, initializers);
}

function findHeads(graph: OnnxGraph): Head[] {
  const view = new GraphView(graph);
  return graph.nodes.flatMap((node) => {
    const pointwise = asConvolution(node, view);
    const next = pointwise && view.soleConsumer(pointwise.output);
    const depthwise = next && asConvolution(next, view);
    if (!depthwise) return [];
    const [channels = 0, , ...kernel] = pointwise.weights.dims;
    const isPointwise = groupsOf(node) === 1 && kernel.every((size) => size === 1);
    const isDepthwise = groupsOf(next) === channels && depthwise.weights.dims[0] === channels;
    return isPointwise && isDepthwise ? [{ pointwise, depthwise, channels }] : [];
  });
}

function asConvolution(node: OnnxNode, view: GraphView): Convolution | undefined {
  const [input, weightsName, biasName] = node.inputs;
  const [output] = node.outputs;
  const weights = view.initializer(weightsName);
  const bias = view.initializer(biasName);
  if (node.opType !== "Conv" || !input || !output || !weights || !bias) return undefined;
  return { node, input, output, weights, bias };
}

/** Heads of one feature map with the same windows, where there are several. */
function siblings(heads: readonly Head[]): [Head, ...Head[]][] {
  const groups = new Map<string, [Head, ...Head[]]>();
  for (const head of heads) {
    const windows = [head.pointwise, head.depthwise].map(({ node: { attributes } }) => ({
      ...attributes,
      group: undefined,
    }));
    const key = JSON.stringify([head.pointwise.input, windows]);
    const group = groups.get(key);
    if (group) group.push(head);
    else groups.set(key, [head]);
  }
  return [...groups.values()].filter((group) => group.length > 1);
}

function merge(heads: readonly [Head, ...Head[]]) {
  const name = heads.map(({ depthwise }) => depthwise.output).join("+");
  const channels = heads.reduce((sum, head) => sum + head.channels, 0);
  const pointwise = stack(
    heads.map((head) => head.pointwise),
    1,
    heads[0].pointwise.input,
    `${name}/pointwise`,
  );
  const depthwise = stack(
    heads.map((head) => head.depthwise),
    channels,
    `${name}/pointwise`,
    name,
  );
  const slices = slice(name, heads);
  return {
    nodes: [pointwise.node, depthwise.node, ...slices.nodes],
    initializers: [...pointwise.initializers, ...depthwise.initializers, ...slices.initializers],
  };
}

/** One convolution with the output channels of several, one after the other. */
function stack(convolutions: readonly Convolution[], group: number, input: string, output: string) {
  const initializers = [
    concatenate(
      `${output}/weights`,
      convolutions.map(({ weights }) => weights),
    ),
    concatenate(
      `${output}/bias`,
      convolutions.map(({ bias }) => bias),
    ),
  ];
  const node: OnnxNode = {
    opType: "Conv",
    name: output,
    inputs: [input, ...initializers.map((tensor) => tensor.name)],
    outputs: [output],
    attributes: { ...convolutions[0]?.node.attributes, group: int(group) },
  };
  return { node, initializers };
}

function concatenate(name: string, tensors: readonly OnnxTensor[]): OnnxTensor {
  const data = Float32Array.from(tensors.flatMap((tensor) => Array.from(tensor.data, Number)));
  const outputs = tensors.reduce((sum, { dims: [first = 0] }) => sum + first, 0);
  return { name, dims: [outputs, ...(tensors[0]?.dims.slice(1) ?? [])], data };
}

/** Gives each head its channels under the name of its own output. */
function slice(input: string, heads: readonly Head[]) {
  const index = (name: string, value: number): OnnxTensor => ({
    name: `${input}/${name}`,
    dims: [1],
    data: BigInt64Array.of(BigInt(value)),
  });
  const axis = index("channel_axis", 1);
  const bounds = [index("channel_0", 0)];
  const nodes: OnnxNode[] = [];
  let channel = 0;
  for (const { channels, depthwise } of heads) {
    const start = bounds.at(-1) ?? axis;
    channel += channels;
    const end = index(`channel_${channel}`, channel);
    bounds.push(end);
    nodes.push({
      opType: "Slice",
      name: depthwise.output,
      inputs: [input, start.name, end.name, axis.name],
      outputs: [depthwise.output],
    });
  }
  return { nodes, initializers: [axis, ...bounds] };
}
