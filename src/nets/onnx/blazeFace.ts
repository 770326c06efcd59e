import { GraphView, prune } from "./graphView.ts";
import { OnnxFormatError, type OnnxGraph, type OnnxNode, type OnnxTensor } from "./model.ts";
import { padChannels } from "./padChannels.ts";
import { splitWidenings } from "./splitWidenings.ts";

/**
 * Turns MediaPipe's BlazeFace, which is made for one small image, into a net for any: without what lists the answers
 * of all cells, it is made of nothing but convolutions.
 *
 * It was trained on red, green and blue from -1 to 1; taking blue, green and red, 0..255, becomes part of the first
 * convolution. What lies around the image is black, while the published net pads with grey.
 *
 * @param graph of one 1 x 3 x H x W input and two outputs: 1 x guesses x 1 scores and 1 x guesses x 16 places.
 * @returns a graph for every height and width that its largest stride divides. `heads_8` and `heads_16`, by stride,
 *   are pictures of the cells: a channel for the score of each of a cell's guesses, then 16 for the place of each.
 * @throws OnnxFormatError for a graph of another form.
 */
export function prepareBlazeFace(graph: OnnxGraph): OnnxGraph {
  return splitWidenings(padChannels(takePlainPixels(cutHeads(graph))));
}

/** What is between a head and the list of all guesses. */
const listing: ReadonlySet<string> = new Set(["Identity", "Concat", "Reshape", "Transpose"]);

/** Numbers that tell the place of a guess. */
const placeNumbers = 16;

/** The two convolutions that tell of one feature map's cells, made one. */
function cutHeads(graph: OnnxGraph): OnnxGraph {
  const view = new GraphView(graph);
  const side = Number(graph.inputs[0]?.dims.at(-1));
  const places = listedHeads(graph, placeNumbers, view);
  const heads = listedHeads(graph, 1, view).map((scores) => {
    const place = places.find(({ inputs }) => inputs[0] === scores.inputs[0]);
    if (place === undefined) throw new OnnxFormatError("BlazeFace tells scores and places of the same cells");
    return merge(scores, place, side / Number(view.dims(scores.outputs[0])?.at(-1)), view);
  });
  return pruneNodes({
    ...graph,
    initializers: [...graph.initializers, ...heads.flatMap(({ initializers }) => initializers)],
    outputs: heads.map(({ output }) => output),
    values: [],
    nodes: [...graph.nodes, ...heads.map(({ node }) => node)],
  });
}

/** The convolutions whose answers are listed in the output that has so many numbers for each guess. */
function listedHeads(graph: OnnxGraph, numbers: number, view: GraphView): OnnxNode[] {
  const output = graph.outputs.find(({ dims }) => dims.length === 3 && dims.at(-1) === numbers);
  if (output === undefined) throw new OnnxFormatError(`BlazeFace has an output of ${numbers} for each guess`);
  const follow = (name: string): OnnxNode[] => {
    const node = view.producer(name);
    if (node?.opType === "Conv") return [node];
    if (node === undefined || !listing.has(node.opType)) {
      throw new OnnxFormatError(
        `${node?.opType ?? name} is unknown between BlazeFace's heads and its outputs`,
      );
    }
    return node.inputs.filter((input) => view.initializer(input) === undefined).flatMap(follow);
  };
  return follow(output.name);
}

function merge(scores: OnnxNode, place: OnnxNode, stride: number, view: GraphView) {
  const name = `heads_${stride}`;
  const initializers = ["weights", "bias"].map((part, index) =>
    stack(
      `${name}/${part}`,
      [scores, place].map(({ inputs }) => constantOf(inputs[index + 1], view)),
    ),
  );
  const inputs = [scores.inputs[0] as string, ...initializers.map((tensor) => tensor.name)];
  return {
    initializers,
    output: { name, dims: [1, initializers[0]?.dims[0] ?? 0, `rows_${stride}`, `columns_${stride}`] },
    node: { ...scores, name, inputs, outputs: [name] },
  };
}

/** Tensors one after the other along their first axis. */
function stack(name: string, tensors: readonly OnnxTensor[]): OnnxTensor {
  const rows = tensors.reduce((sum, { dims: [first = 0] }) => sum + first, 0);
  const data = Float32Array.from(tensors.flatMap((tensor) => Array.from(tensor.data, Number)));
  return { name, dims: [rows, ...(tensors[0]?.dims.slice(1) ?? [])], data };
}

/** Red's, green's and blue's range, -1 to 1, in that of a byte. */
const halfRange = 127.5;

/** Folds the normalisation and the order of the colours into the convolution that reads the image. */
function takePlainPixels(graph: OnnxGraph): OnnxGraph {
  const view = new GraphView(graph);
  const [input, ...more] = graph.inputs;
  const first = view.soleConsumer(input?.name ?? "");
  if (input === undefined || more.length > 0 || first?.opType !== "Conv") {
    throw new OnnxFormatError("BlazeFace has one input, of an image, which a convolution reads");
  }
  const weights = constantOf(first.inputs[1], view);
  const bias = constantOf(first.inputs[2], view);
  const [outputs = 0, colours = 0, height = 0, width = 0] = weights.dims;
  const kernel = height * width;
  const data = new Float32Array(weights.data.length);
  const shifted = Float32Array.from(bias.data, Number);
  for (let output = 0; output < outputs; output++) {
    for (let colour = 0; colour < colours; colour++) {
      const from = (output * colours + colour) * kernel;
      const to = (output * colours + colours - 1 - colour) * kernel;
      for (let index = 0; index < kernel; index++) {
        const weight = Number(weights.data[from + index]);
        data[to + index] = weight / halfRange;
        shifted[output] = (shifted[output] as number) - weight;
      }
    }
  }
  const constants = [
    { name: "pixels/weights", dims: weights.dims, data },
    { name: "pixels/bias", dims: bias.dims, data: shifted },
  ];
  const inputs = ["pixels", ...constants.map(({ name }) => name)];
  return prune({
    ...graph,
    inputs: [{ name: "pixels", dims: [1, colours, "height", "width"] }],
    initializers: [...graph.initializers, ...constants],
    nodes: graph.nodes.map((node) => (node === first ? { ...first, inputs } : node)),
  });
}

/** Drops what computes nothing that an output needs. */
function pruneNodes(graph: OnnxGraph): OnnxGraph {
  const needed = new Set(graph.outputs.map(({ name }) => name));
  const nodes = graph.nodes.toReversed().filter(({ inputs, outputs }) => {
    if (!outputs.some((output) => needed.has(output))) return false;
    for (const input of inputs) needed.add(input);
    return true;
  });
  return prune({ ...graph, nodes: nodes.reverse() });
}

function constantOf(name: string | undefined, view: GraphView): OnnxTensor {
  const tensor = view.initializer(name);
  if (tensor === undefined) throw new OnnxFormatError("BlazeFace's convolutions have weights and a bias");
  return tensor;
}
