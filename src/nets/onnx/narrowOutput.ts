import { GraphView, prune } from "./graphView.ts";
import {
  decodeModel,
  encodeModel,
  OnnxFormatError,
  type OnnxGraph,
  type OnnxNode,
  type OnnxTensor,
} from "./model.ts";
import { optimize } from "./optimize.ts";

/** Dimensions of what the low-rank embedder answers. */
const embedderWidth = 192;

/**
 * Arranges an embedder for onnxruntime's CPU provider and lets it answer with no more numbers than it has dimensions.
 *
 * @param onnx an ONNX file of a net whose 512 numbers have 192 dimensions.
 * @throws OnnxFormatError for another net.
 */
export function prepareLowRankEmbedder(onnx: Uint8Array): Uint8Array {
  return encodeModel(narrowOutput(optimize(decodeModel(onnx)), embedderWidth));
}

/**
 * Lets a net answer with fewer numbers, where its last layer makes more than it has dimensions: the answers are turned
 * onto an orthonormal basis of what the layer's weights span, so that inner products and lengths stay what they were.
 *
 * The basis is that of a Gram-Schmidt orthogonalisation which takes the longest remaining column next ("QR with column
 * pivoting", G. Golub, "Numerical methods for solving linear least squares problems", 1965). It takes sums, products,
 * divisions and square roots of double precision only, which every machine rounds alike: a net has one basis.
 *
 * @param graph a net of one output, which ends with a 1 x 1 convolution of a single pixel and a reshape.
 * @param width how many numbers it shall answer with.
 * @throws OnnxFormatError where the net ends otherwise, or where `width` numbers do not hold the answers.
 */
export function narrowOutput(graph: OnnxGraph, width: number): OnnxGraph {
  const { convolution, weights, bias, reshape, output } = lastLayer(graph);
  const [rows = 0, columns = 0] = weights.dims;
  const layer = { rows, columns, data: Float64Array.from(Array.from(weights.data, Number)) };
  const { basis, share } = spanBasis(layer, width);
  if (share > negligible) {
    throw new OnnxFormatError(`${width} numbers lose ${share} of what ${rows} of ${output.name} tell`);
  }
  const narrow = (vectors: Float64Array, count: number): Float32Array =>
    Float32Array.from({ length: width * count }, (_, at) => {
      const direction = Math.floor(at / count);
      let sum = 0;
      for (let row = 0; row < rows; row++) {
        sum += (basis[direction * rows + row] as number) * (vectors[row * count + (at % count)] as number);
      }
      return sum;
    });
  const tensors: readonly OnnxTensor[] = [
    { name: `${output.name}/weights`, dims: [width, columns, 1, 1], data: narrow(layer.data, columns) },
    {
      name: `${output.name}/bias`,
      dims: [width],
      data: narrow(Float64Array.from(Array.from(bias.data, Number)), 1),
    },
    { name: `${output.name}/shape`, dims: [2], data: BigInt64Array.of(1n, BigInt(width)) },
  ];
  const [weightsName = "", biasName = "", shapeName = ""] = tensors.map(({ name }) => name);
  const replaced = new Map<OnnxNode, OnnxNode>([
    [convolution, { ...convolution, inputs: [convolution.inputs[0] as string, weightsName, biasName] }],
    [reshape, { ...reshape, inputs: [reshape.inputs[0] as string, shapeName] }],
  ]);
  return prune({
    ...graph,
    outputs: [{ ...output, dims: [1, width] }],
    nodes: graph.nodes.map((node) => replaced.get(node) ?? node),
    initializers: [...graph.initializers, ...tensors],
    values: [],
  });
}

/** Share of the weights' squares that may be left out: it moves a cosine by less than storing 16-bit floats does. */
const negligible = 5e-4;

function lastLayer(graph: OnnxGraph) {
  const view = new GraphView(graph);
  const [output, ...more] = graph.outputs;
  const reshape = view.producer(output?.name ?? "");
  const convolution = view.producer(reshape?.inputs[0] ?? "");
  const weights = view.initializer(convolution?.inputs[1]);
  const bias = view.initializer(convolution?.inputs[2]);
  const isPointwise = weights?.dims.length === 4 && weights.dims[2] === 1 && weights.dims[3] === 1;
  if (
    !output ||
    more.length > 0 ||
    reshape?.opType !== "Reshape" ||
    convolution?.opType !== "Conv" ||
    !weights ||
    !bias ||
    !isPointwise
  ) {
    throw new OnnxFormatError("The net does not end with a 1 x 1 convolution and a reshape");
  }
  return { convolution, weights, bias, reshape, output };
}

/** Row by row. */
interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array;
}

/**
 * An orthonormal basis of the columns that span most of a matrix.
 *
 * @returns `count` directions, one behind the other, and the share of the squares of all elements that lies outside.
 */
function spanBasis({ rows, columns, data }: Matrix, count: number) {
  const rest = Array.from({ length: columns }, (_, column) =>
    Float64Array.from({ length: rows }, (_, row) => data[row * columns + column] as number),
  );
  const squares = rest.map((column) => dot(column, column));
  const total = squares.reduce((sum, square) => sum + square, 0);
  const basis = new Float64Array(count * rows);
  for (let index = 0; index < count; index++) {
    const longest = rest[squares.indexOf(Math.max(...squares))] as Float64Array;
    const direction = basis.subarray(index * rows, (index + 1) * rows);
    direction.set(longest);
    // Once more against those before it: what rounding left of them would grow with every step.
    for (let before = 0; before < index; before++) {
      remove(direction, basis.subarray(before * rows, (before + 1) * rows));
    }
    const length = Math.sqrt(dot(direction, direction));
    for (let row = 0; row < rows; row++) direction[row] = (direction[row] as number) / length;
    for (const [at, column] of rest.entries()) {
      squares[at] = (squares[at] as number) - remove(column, direction) ** 2;
    }
  }
  return { basis, share: rest.reduce((sum, column) => sum + dot(column, column), 0) / total };
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += (a[at] as number) * (b[at] as number);
  return sum;
}

/** Takes from a vector what lies along a direction of length 1, in place; tells how much that was. */
function remove(vector: Float64Array, direction: Float64Array): number {
  const along = dot(vector, direction);
  for (let at = 0; at < vector.length; at++) {
    vector[at] = (vector[at] as number) - along * (direction[at] as number);
  }
  return along;
}
