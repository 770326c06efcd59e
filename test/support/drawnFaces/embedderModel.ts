import { ints, type OnnxGraph } from "../../../src/nets/onnx/model.ts";
import { GraphBuilder } from "./graphBuilder.ts";
import { codeRows, embeddingLength } from "./identity.ts";
import { type Block, blocks, gridSize, identityBits } from "./layout.ts";

/** Width and height of the crop, in pixels. */
const cropSize = 128;

/** Share of a block's width, around its middle, that is looked at: what lies between may be another's. */
const inner = 0.7;

/**
 * How steeply a block's brightness turns into a bit: a block that is halfway between `+` and `-` is half a
 * bit, one that has 1/1.6 of their distance from there is a whole one.
 */
const steepness = 1.6;

/** Least difference of `+` and `-` that counts, of 255: a crop without blocks has no meaning, but no NaN either. */
const leastContrast = 8;

/**
 * Graph of the embedder of drawn faces, with the contract of face-reidentification-retail-0095: input `0`,
 * N x 3 x 128 x 128 (BGR, 0..255), output `658`, N x 256 x 1 x 1.
 *
 * The bits that the blocks show are read as numbers b in 0..1, and place x of the embedding is
 * cos(pi * sum of b over the bits that the code adds up at x): -1 or 1 for whole bits, in accordance with the
 * parity, and near to 0 where a bit is in doubt. Brightness and contrast of the face cancel out.
 *
 * @param length places of the embedding, the first of the 256.
 * @param batch how many images the net takes at once: any number of them, or this one.
 */
export function drawnFacesEmbedder(
  length: number = embeddingLength,
  batch: number | string = "batch",
): OnnxGraph {
  const graph = new GraphBuilder();
  const grey = graph.add("ReduceMean", ["0"], { axes: ints([1]) });
  const means = blockMeans();
  const rowMeans = graph.add("MatMul", [graph.floats([gridSize, cropSize], means.flat()), grey]);
  const transposed = graph.floats([cropSize, gridSize], transpose(means).flat());
  const grid = graph.add("MatMul", [rowMeans, transposed]);
  const cells = graph.add("Reshape", [grid, graph.integers([-1, gridSize * gridSize])]);

  const shade = (shows: Block["shows"][]) =>
    graph.add("MatMul", [cells, graph.floats([gridSize * gridSize, shows.length], selection(shows).flat())]);
  const light = shade(["light"]);
  const dark = shade(["dark"]);
  const shown = shade(Array.from({ length: identityBits }, (_, bit) => bit));

  const scalar = (value: number) => graph.floats([], [value]);
  const middle = graph.add("Mul", [graph.add("Add", [light, dark]), scalar(0.5)]);
  const contrast = graph.add("Max", [graph.add("Sub", [light, dark]), scalar(leastContrast)]);
  const deviation = graph.add("Div", [graph.add("Sub", [shown, middle]), contrast]);
  const steep = graph.add("Add", [graph.add("Mul", [deviation, scalar(steepness)]), scalar(0.5)]);
  const bits = graph.add("Clip", [steep, scalar(0), scalar(1)]);

  const halfTurns = codeRows().flatMap((row) => row.slice(0, length).map((bit) => bit * Math.PI));
  const angles = graph.add("MatMul", [bits, graph.floats([identityBits, length], halfTurns)]);
  const embedding = graph.add("Reshape", [graph.add("Cos", [angles]), graph.integers([-1, length, 1, 1])]);
  graph.output({ name: "658", dims: [batch, length, 1, 1] }, embedding);
  return graph.build("drawn-faces-embedder", [{ name: "0", dims: [batch, 3, cropSize, cropSize] }]);
}

/** Matrix [grid x crop] that takes a line of pixels to the means of the inner parts of its blocks. */
function blockMeans(): number[][] {
  const blockSize = cropSize / gridSize;
  return Array.from({ length: gridSize }, (_, block) => {
    const from = (block + (1 - inner) / 2) * blockSize;
    const length = inner * blockSize;
    return Array.from({ length: cropSize }, (_, pixel) => {
      const covered = Math.min(pixel + 1, from + length) - Math.max(pixel, from);
      return Math.max(covered, 0) / length;
    });
  });
}

/** Matrix [cells x shows] that takes the cells to the means of the blocks that show the same. */
function selection(shows: readonly Block["shows"][]): number[][] {
  return Array.from({ length: gridSize * gridSize }, (_, cell) =>
    shows.map((wanted) => {
      const same = blocks.filter((block) => block.shows === wanted);
      return same.some(({ row, column }) => row * gridSize + column === cell) ? 1 / same.length : 0;
    }),
  );
}

function transpose(matrix: readonly (readonly number[])[]): number[][] {
  return (matrix[0] ?? []).map((_, column) => matrix.map((row) => row[column] as number));
}
