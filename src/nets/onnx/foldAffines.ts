import { type AffineRun, affineRuns, type ChannelAffine } from "./channelAffine.ts";
import { groupsOf, padsInput } from "./convolution.ts";
import { GraphView, replaceNodes } from "./graphView.ts";
import { float, type OnnxGraph, type OnnxNode, type OnnxTensor } from "./model.ts";

/** Nodes and initializers that stand in for others. */
interface Substitute {
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
}

/**
 * Joins runs of per-channel multiplications and additions, such as normalisations, and folds each into the
 * convolution that reads it. Where that convolution pads with zeros a shift cannot be folded, for the padding is
 * of the shifted image: there, and before other operators, a run of several becomes one `BatchNormalization`,
 * which onnxruntime computes in one pass and in its blocked layout.
 *
 * What follows a convolution stays: onnxruntime folds it by itself.
 */
export function foldAffines(graph: OnnxGraph): OnnxGraph {
  const view = new GraphView(graph);
  const replacements = new Map<OnnxNode, readonly OnnxNode[]>();
  const initializers: OnnxTensor[] = [];
  for (const run of affineRuns(graph, view)) {
    if (view.producer(run.input)?.opType === "Conv") continue;
    const consumer = view.soleConsumer(run.output);
    const folded = consumer && fold(consumer, run, view);
    if (!folded && run.nodes.length === 1) continue;
    const substitute = folded ?? normalization(run);
    const replaced = folded ? [...run.nodes, consumer] : run.nodes;
    for (const node of replaced) replacements.set(node, []);
    replacements.set(replaced.at(-1) ?? run.nodes[0], substitute.nodes);
    initializers.push(...substitute.initializers);
  }
  return replaceNodes(graph, replacements, initializers);
}

function normalization({ input, output, scale, shift }: AffineRun): Substitute {
  const vector = (name: string, data: Float32Array): OnnxTensor => ({
    name: `${output}/${name}`,
    dims: [data.length],
    data,
  });
  const initializers = [
    vector("scale", Float32Array.from(scale)),
    vector("shift", Float32Array.from(shift)),
    vector("mean", new Float32Array(scale.length)),
    vector("variance", new Float32Array(scale.length).fill(1)),
  ];
  const node: OnnxNode = {
    opType: "BatchNormalization",
    name: output,
    inputs: [input, ...initializers.map(({ name }) => name)],
    outputs: [output],
    attributes: { epsilon: float(0) },
  };
  return { nodes: [node], initializers };
}

/** `conv(scale * x + shift)` as one convolution of `x`, where that is the same. */
function fold(convolution: OnnxNode, run: AffineRun, view: GraphView): Substitute | undefined {
  const [input, weightsName, biasName] = convolution.inputs;
  const weights = view.initializer(weightsName);
  const bias = view.initializer(biasName);
  if (convolution.opType !== "Conv" || input !== run.output) return undefined;
  if (!weights || (biasName && !bias)) return undefined;
  if (run.shift.some((shift) => shift !== 0) && padsInput(convolution)) return undefined;
  const folded = foldWeights(weights, bias, run, groupsOf(convolution));
  const name = `${convolution.outputs[0]}`;
  const initializers = [
    { ...folded.weights, name: `${name}/weights` },
    { ...folded.bias, name: `${name}/bias` },
  ];
  const inputs = [run.input, ...initializers.map((tensor) => tensor.name)];
  return { nodes: [{ ...convolution, inputs }], initializers };
}

/** Weights are outputs x (inputs per group) x kernel. */
function foldWeights(
  weights: OnnxTensor,
  bias: OnnxTensor | undefined,
  affine: ChannelAffine,
  group: number,
) {
  const [outputs = 1, inputsPerGroup = 1] = weights.dims;
  const kernel = weights.data.length / (outputs * inputsPerGroup);
  const scaled = new Float32Array(weights.data.length);
  const shifted = Float32Array.from({ length: outputs }, (_, output) => {
    let sum = Number(bias?.data[output] ?? 0);
    const firstInput = Math.floor((output * group) / outputs) * inputsPerGroup;
    for (let input = 0; input < inputsPerGroup; input++) {
      const scale = affine.scale[firstInput + input] ?? 1;
      const shift = affine.shift[firstInput + input] ?? 0;
      const start = (output * inputsPerGroup + input) * kernel;
      for (let index = start; index < start + kernel; index++) {
        const weight = Number(weights.data[index]);
        scaled[index] = weight * scale;
        sum += weight * shift;
      }
    }
    return sum;
  });
  return {
    weights: { dims: weights.dims, data: scaled },
    bias: { dims: [outputs], data: shifted },
  };
}
