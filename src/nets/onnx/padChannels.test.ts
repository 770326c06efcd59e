import { describe, expect, test } from "@jest/globals";
import { noise, relativeDifference, runModel } from "../../../test/support/onnx/runModel.ts";
import { encodeModel, int, ints, type OnnxGraph, type OnnxNode, type OnnxTensor } from "./model.ts";
import { padChannels } from "./padChannels.ts";
import { splitWidenings } from "./splitWidenings.ts";

const constants = new Map<string, OnnxTensor>();

/** Declares a constant of noise, once under each name. */
function weights(name: string, ...dims: number[]): string {
  const size = dims.reduce((product, dim) => product * dim, 1);
  constants.set(name, { name, dims, data: noise(size, constants.size + 1) });
  return name;
}

/** A `Pad` that appends channels. */
function append(input: string, output: string, channels: number): OnnxNode {
  const name = `${output}.pads`;
  constants.set(name, { name, dims: [8], data: BigInt64Array.from([0, 0, 0, 0, 0, channels, 0, 0], BigInt) });
  return { opType: "Pad", inputs: [input, name], outputs: [output] };
}

const convolution = (
  input: string,
  output: string,
  dims: readonly [number, number, number, number],
  attributes: NonNullable<OnnxNode["attributes"]> = {},
): OnnxNode => ({
  opType: "Conv",
  inputs: [input, weights(`${output}.w`, ...dims), weights(`${output}.b`, dims[0])],
  outputs: [output],
  attributes: { ...attributes, pads: ints(Array(4).fill(dims[2] >> 1)) },
});

const node = (opType: string, inputs: readonly string[], output: string): OnnxNode => ({
  opType,
  inputs,
  outputs: [output],
});

/** Blocks as BlazeFace has them, from 3 to 5, 7, 7 (at half the size) and 20 channels. */
const nodes: readonly OnnxNode[] = [
  convolution("x", "c0", [5, 3, 3, 3]),
  node("Relu", ["c0"], "r0"),
  convolution("r0", "d1", [5, 1, 3, 3], { group: int(5) }),
  convolution("d1", "c1", [7, 5, 1, 1]),
  append("r0", "p1", 2),
  node("Add", ["p1", "c1"], "s1"),
  node("Relu", ["s1"], "r1"),
  convolution("r1", "d2", [7, 1, 3, 3], { group: int(7), strides: ints([2, 2]) }),
  {
    ...node("MaxPool", ["r1"], "m2"),
    attributes: { kernel_shape: ints([2, 2]), strides: ints([2, 2]) },
  },
  convolution("d2", "c2", [20, 7, 1, 1]),
  append("m2", "p2", 13),
  node("Add", ["p2", "c2"], "s2"),
  node("Relu", ["s2"], "r2"),
  convolution("r2", "y", [3, 20, 1, 1]),
  node("Softmax", ["r2"], "z"),
];

const graph: OnnxGraph = {
  name: "test",
  inputs: [{ name: "x", dims: [1, 3, 8, 12] }],
  outputs: [
    { name: "y", dims: [1, 3, 4, 6] },
    { name: "z", dims: [1, 20, 4, 6] },
    { name: "r1", dims: [1, 7, 8, 12] },
  ],
  initializers: [...constants.values()],
  nodes,
};

const opTypes = ({ nodes }: OnnxGraph) => nodes.map(({ opType }) => opType);

async function expectSame(rewritten: OnnxGraph) {
  const feeds = [{ dims: [1, 3, 8, 12], data: noise(3 * 8 * 12, 77) }];
  const [[wanted = []], [got = []]] = [
    await runModel(encodeModel(graph), feeds),
    await runModel(encodeModel(rewritten), feeds),
  ];
  expect(got.map(({ name, dims }) => [name, dims])).toEqual(wanted.map(({ name, dims }) => [name, dims]));
  for (const [index, { data }] of wanted.entries()) {
    expect(relativeDifference(data, got[index]?.data ?? new Float32Array(0))).toBeLessThan(1e-6);
  }
}

describe("padding channels", () => {
  test("keeps the numbers and shapes of every output", () => expectSame(padChannels(graph)));

  test("gives every convolution whole blocks, but for the colours of the image", () => {
    const padded = padChannels(graph);
    const tensors = new Map(padded.initializers.map((tensor) => [tensor.name, tensor.dims]));
    const convolutions = padded.nodes.filter(({ opType }) => opType === "Conv");
    expect(convolutions.map(({ inputs }) => tensors.get(inputs[1] ?? "")?.slice(0, 2))).toEqual([
      [16, 3],
      [16, 1],
      [16, 16],
      [16, 1],
      [32, 16],
      [16, 32],
    ]);
  });

  test("drops a Pad that appends within a block and shortens one that goes beyond", () => {
    const padded = padChannels(graph);
    expect(opTypes(padded).filter((opType) => opType === "Pad")).toHaveLength(1);
    const pads = padded.initializers.find(({ name }) => name.startsWith("p2"));
    expect(Array.from(pads?.data ?? [], Number)).toEqual([0, 0, 0, 0, 0, 16, 0, 0]);
  });
});

describe("splitting widenings", () => {
  test("keeps the numbers", () => expectSame(splitWidenings(graph)));

  test("keeps the numbers of padded channels, without a Pad", async () => {
    const split = splitWidenings(padChannels(graph));
    expect(opTypes(split)).not.toContain("Pad");
    expect(opTypes(split)).toContain("Concat");
    await expectSame(split);
  });

  test("leaves a sum alone that something else reads", () => {
    const read = { ...graph, outputs: [...graph.outputs, { name: "s1", dims: [1, 7, 8, 12] }] };
    expect(opTypes(splitWidenings(read)).filter((opType) => opType === "Pad")).toHaveLength(1);
  });
});
