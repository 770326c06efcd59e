import type { GraphView } from "./graphView.ts";
import type { OnnxGraph, OnnxNode, OnnxTensor } from "./model.ts";

/** `y = scale * x + shift`, per channel of an N x C x H x W image. */
export interface ChannelAffine {
  readonly scale: Float64Array;
  readonly shift: Float64Array;
}

/** A run of `Mul`, `Add` and `Sub` nodes, each the only reader of the one before it. */
export interface AffineRun extends ChannelAffine {
  readonly nodes: readonly [OnnxNode, ...OnnxNode[]];
  readonly input: string;
  readonly output: string;
}

/** All maximal runs of operations with constants that treat each channel alike everywhere. */
export function affineRuns(graph: OnnxGraph, view: GraphView): AffineRun[] {
  const runs = new Map<string, AffineRun>();
  for (const node of graph.nodes) {
    const step = affineStep(node, view);
    if (!step) continue;
    const before = runs.get(step.input);
    const joined = before && view.soleConsumer(step.input) === node ? join(before, step) : step;
    if (joined !== step) runs.delete(step.input);
    runs.set(joined.output, joined);
  }
  return [...runs.values()];
}

function join(first: AffineRun, second: AffineRun): AffineRun {
  return {
    nodes: [...first.nodes, ...second.nodes],
    input: first.input,
    output: second.output,
    scale: first.scale.map((scale, channel) => scale * (second.scale[channel] ?? 1)),
    shift: first.shift.map(
      (shift, channel) => shift * (second.scale[channel] ?? 1) + (second.shift[channel] ?? 0),
    ),
  };
}

/** What an operation with the constant `c` does to `x`. */
const affineOperations: Readonly<Record<string, (c: number) => { scale: number; shift: number }>> = {
  Add: (c) => ({ scale: 1, shift: c }),
  Mul: (c) => ({ scale: c, shift: 0 }),
  Sub: (c) => ({ scale: 1, shift: -c }),
};

function affineStep(node: OnnxNode, view: GraphView): AffineRun | undefined {
  const [left = "", right = ""] = node.inputs;
  const [output] = node.outputs;
  const operation = Object.hasOwn(affineOperations, node.opType) ? affineOperations[node.opType] : undefined;
  if (!operation || output === undefined) return undefined;
  const swapped = node.opType !== "Sub" && view.initializer(left) !== undefined;
  const [input, constant] = swapped ? [right, view.initializer(left)] : [left, view.initializer(right)];
  const channels = view.dims(input)?.[1];
  if (view.dims(input)?.length !== 4 || typeof channels !== "number" || !constant) return undefined;
  const factors = perChannel(constant, channels)?.map(operation);
  if (!factors) return undefined;
  return {
    nodes: [node],
    input,
    output,
    scale: Float64Array.from(factors, ({ scale }) => scale),
    shift: Float64Array.from(factors, ({ shift }) => shift),
  };
}

/** The values of a constant that is broadcast over an image, by channel; undefined if it varies otherwise. */
function perChannel({ dims, data }: OnnxTensor, channels: number): number[] | undefined {
  if (dims.length > 4) return undefined;
  if (data.length === 1) return Array(channels).fill(Number(data[0]));
  return dims.at(-3) === channels && data.length === channels ? Array.from(data, Number) : undefined;
}
