import { appendedChannels, groupsOf } from "./convolution.ts";
import { GraphView, prune } from "./graphView.ts";
import type { OnnxGraph, OnnxNode, OnnxTensor } from "./model.ts";
import { int } from "./model.ts";

/** Channels of a block in onnxruntime's blocked layout where registers are of 512 bits; 8 in narrower ones divide it. */
const block = 16;

/** Operators that keep channels apart and make zeros of zeros. */
const zeroKeeping: ReadonlySet<string> = new Set(["Relu", "MaxPool", "AveragePool"]);

/** A `Conv` with its constants. */
interface Convolution {
  readonly weights: OnnxTensor;
  readonly bias: OnnxTensor | undefined;
  readonly isDepthwise: boolean;
}

/**
 * Gives pictures between convolutions zero channels at their end, up to whole blocks, so that onnxruntime's CPU
 * provider keeps them in its blocked layout: other numbers of channels fall out of it, and come back, at a copy each.
 *
 * Convolutions (of one group, or of one channel each), sums, `Relu`, pooling and a `Pad` that appends channels hand
 * the zeros on; a `Pad` that then appends nothing goes. Whatever else reads such a picture, and the graph's outputs,
 * get the channels that there were.
 */
export function padChannels(graph: OnnxGraph): OnnxGraph {
  const padder = new Padder(graph);
  for (const node of graph.nodes) padder.add(node);
  return prune(padder.graph());
}

class Padder {
  readonly #graph: OnnxGraph;
  readonly #view: GraphView;
  readonly #nodes: OnnxNode[] = [];
  readonly #initializers: OnnxTensor[] = [];
  /** Channels that padded pictures had, by the pictures' names; these stand under `paddedName`. */
  readonly #channels = new Map<string, number>();
  /** What stands for a padded picture where a `Pad` was dropped. */
  readonly #aliases = new Map<string, string>();
  readonly #sliced = new Set<string>();

  constructor(graph: OnnxGraph) {
    this.#graph = graph;
    this.#view = new GraphView(graph);
  }

  graph(): OnnxGraph {
    for (const { name } of this.#graph.outputs) this.#plain(name);
    return {
      ...this.#graph,
      nodes: this.#nodes,
      initializers: [...this.#graph.initializers, ...this.#initializers],
    };
  }

  add(node: OnnxNode): void {
    if (this.#convolve(node) || this.#sum(node) || this.#keep(node) || this.#append(node)) return;
    for (const input of node.inputs) this.#plain(input);
    this.#nodes.push(node);
  }

  #convolve(node: OnnxNode): boolean {
    const convolution = this.#convolution(node);
    const [input = "", weightsName = ""] = node.inputs;
    const [output = ""] = node.outputs;
    if (convolution === undefined) return false;
    const { weights, bias, isDepthwise } = convolution;
    const [outputs = 0, inputs = 0] = weights.dims;
    const known = this.#channels.get(input);
    // The zero channels of a picture that has none could not be told from its others.
    if (isDepthwise && known === undefined) return false;
    const padded = isDepthwise
      ? resized(weights, whole(outputs), 1)
      : resized(weights, whole(outputs), known === undefined ? inputs : whole(inputs));
    const name = paddedName(output);
    const constants = [
      { ...padded, name: `${name}/${weightsName}` },
      ...(bias ? [{ ...resized(bias, whole(outputs)), name: `${name}/${bias.name}` }] : []),
    ];
    this.#initializers.push(...constants);
    this.#emit(node, [this.#padded(input), ...constants.map((constant) => constant.name)], outputs, {
      ...node.attributes,
      ...(isDepthwise && { group: int(whole(outputs)) }),
    });
    return true;
  }

  #convolution(node: OnnxNode): Convolution | undefined {
    const [, weightsName, biasName] = node.inputs;
    const weights = this.#view.initializer(weightsName);
    const bias = this.#view.initializer(biasName);
    if (node.opType !== "Conv" || weights === undefined || (biasName && bias === undefined)) return undefined;
    const [outputs, inputs] = weights.dims;
    const group = groupsOf(node);
    const isDepthwise = group > 1 && group === outputs && inputs === 1;
    return group === 1 || isDepthwise ? { weights, bias, isDepthwise } : undefined;
  }

  #sum(node: OnnxNode): boolean {
    const [first, ...more] = node.inputs.map((input) => this.#channels.get(input));
    if (node.opType !== "Add" || first === undefined || more.some((channels) => channels !== first))
      return false;
    this.#emit(
      node,
      node.inputs.map((input) => this.#padded(input)),
      first,
    );
    return true;
  }

  #keep(node: OnnxNode): boolean {
    const [input = ""] = node.inputs;
    const channels = this.#channels.get(input);
    if (!zeroKeeping.has(node.opType) || channels === undefined) return false;
    this.#emit(node, [this.#padded(input)], channels);
    return true;
  }

  /** A `Pad` that does nothing but append channels of zeros. */
  #append(node: OnnxNode): boolean {
    const [input = "", amounts] = node.inputs;
    const [output = ""] = node.outputs;
    const channels = this.#channels.get(input);
    const added = appendedChannels(node, this.#view.initializer(amounts));
    if (channels === undefined || added === undefined) return false;
    const wide = channels + added;
    const missing = whole(wide) - whole(channels);
    if (missing === 0) {
      this.#channels.set(output, wide);
      this.#aliases.set(output, this.#padded(input));
      return true;
    }
    const pads: OnnxTensor = {
      name: `${paddedName(output)}/pads`,
      dims: [8],
      data: BigInt64Array.from([0, 0, 0, 0, 0, missing, 0, 0], BigInt),
    };
    this.#initializers.push(pads);
    this.#emit(node, [this.#padded(input), pads.name], wide);
    return true;
  }

  #emit(
    node: OnnxNode,
    inputs: readonly string[],
    channels: number,
    attributes: OnnxNode["attributes"] = node.attributes,
  ): void {
    const [output = ""] = node.outputs;
    const name = paddedName(output);
    this.#channels.set(output, channels);
    this.#nodes.push({ ...node, name, inputs, outputs: [name], ...(attributes && { attributes }) });
  }

  /** The name under which a picture stands with its zero channels; its own where it has none. */
  #padded(picture: string): string {
    return this.#aliases.get(picture) ?? (this.#channels.has(picture) ? paddedName(picture) : picture);
  }

  /** Makes a picture stand under its own name with the channels it had. */
  #plain(picture: string): void {
    const channels = this.#channels.get(picture);
    if (channels === undefined || this.#sliced.has(picture)) return;
    this.#sliced.add(picture);
    const bounds = { start: 0, end: channels, axis: 1 };
    const constants = Object.entries(bounds).map(
      ([bound, value]): OnnxTensor => ({
        name: `${paddedName(picture)}/${bound}`,
        dims: [1],
        data: BigInt64Array.of(BigInt(value)),
      }),
    );
    this.#initializers.push(...constants);
    this.#nodes.push({
      opType: "Slice",
      name: picture,
      inputs: [this.#padded(picture), ...constants.map(({ name }) => name)],
      outputs: [picture],
    });
  }
}

const paddedName = (picture: string): string => `${picture}/padded`;

/** The number rounded up to whole blocks. */
const whole = (channels: number): number => Math.ceil(channels / block) * block;

/** A tensor with zeros at the end of its first axis, and of its second where a length is given. */
function resized({ name, dims, data }: OnnxTensor, first: number, second = dims[1]): OnnxTensor {
  const [oldFirst = 0, oldSecond = 1, ...rest] = dims;
  const inner = rest.reduce((product, dim) => product * dim, 1);
  const to = new Float32Array(first * (second ?? 1) * inner);
  const from = Float32Array.from(data, Number);
  for (let row = 0; row < oldFirst; row++) {
    const kept = from.subarray(row * oldSecond * inner, (row + 1) * oldSecond * inner);
    to.set(kept, row * (second ?? 1) * inner);
  }
  return { name, dims: second === undefined ? [first] : [first, second, ...rest], data: to };
}
