import { describe, expect, test } from "@jest/globals";
import { noise, relativeDifference, runModel } from "../../../test/support/onnx/runModel.ts";
import type { OnnxGraph, OnnxNode, OnnxTensor } from "./model.ts";
import { encodeModel, int, ints } from "./model.ts";
import { optimize } from "./optimize.ts";

const channelCount = 8;
const size = 6;
const imageDims = ["N", channelCount, size, size] as const;
const gateDims = ["N", channelCount, 1, 1] as const;

const tensor = (name: string, dims: number[], seed: number): OnnxTensor => ({
  name,
  dims,
  data: noise(
    dims.reduce((product, dim) => product * dim, 1),
    seed,
  ),
});

const constants = [
  tensor("perChannel", [1, channelCount, 1, 1], 2),
  tensor("otherPerChannel", [channelCount, 1, 1], 3),
  tensor("single", [1, 1, 1, 1], 4),
  tensor("perPixel", [1, 1, size, size], 5),
  tensor("slope", [1, 1, 1], 6),
  tensor("slopes", [channelCount, 1, 1], 7),
  { name: "steepSlopes", dims: [channelCount, 1, 1], data: noise(channelCount, 7).map((slope) => 1 + slope) },
  tensor("dense", [4, channelCount, 3, 3], 8),
  tensor("grouped", [4, channelCount / 2, 3, 3], 9),
  tensor("bias", [4], 10),
];

/** A graph from `x` to `y`; nodes are written as `output = Op(inputs)`. */
function graphOf(formulas: string[], attributes: NonNullable<OnnxNode["attributes"]> = {}): OnnxGraph {
  const nodes = formulas.map((formula): OnnxNode => {
    const [, output = "", opType = "", inputs = ""] = /^(\w+) = (\w+)\((.*)\)$/.exec(formula) ?? [];
    return {
      opType,
      inputs: inputs.split(", "),
      outputs: [output],
      ...(opType === "Conv" && { attributes }),
    };
  });
  const values = nodes
    .filter(({ opType, outputs }) => opType !== "Conv" && outputs[0] !== "y")
    .map(({ opType, outputs: [name = ""] }) => ({
      name,
      dims: opType === "GlobalAveragePool" || name === "gate" ? gateDims : imageDims,
    }));
  return {
    name: "test",
    inputs: [{ name: "x", dims: imageDims }],
    outputs: [{ name: "y", dims: ["N", "C", "H", "W"] }],
    initializers: constants.filter(({ name }) => nodes.some(({ inputs }) => inputs.includes(name))),
    nodes,
    values,
  };
}

const groups = { group: int(2) };
const padding = { pads: ints([1, 1, 1, 1]) };

describe("optimising", () => {
  test.each<[string, OnnxGraph, string[]]>([
    ["a rectifier with one slope", graphOf(["y = PRelu(x, slope)"]), ["LeakyRelu"]],
    [
      "a rectifier with a slope by channel",
      graphOf(["y = PRelu(x, slopes)"]),
      ["Conv", "Relu", "Conv", "Add"],
    ],
    [
      "a rectifier with slopes above 1",
      graphOf(["y = PRelu(x, steepSlopes)"]),
      ["Relu", "Conv", "Conv", "Add"],
    ],
    [
      "a normalisation before a convolution",
      graphOf([
        "a = Sub(x, perChannel)",
        "b = Mul(a, single)",
        "c = Add(otherPerChannel, b)",
        "y = Conv(c, dense, bias)",
      ]),
      ["Conv"],
    ],
    [
      "a normalisation before a grouped convolution without bias",
      graphOf(["a = Mul(x, perChannel)", "b = Add(a, otherPerChannel)", "y = Conv(b, grouped)"], groups),
      ["Conv"],
    ],
    [
      "a normalisation before a convolution that pads",
      graphOf(["a = Mul(x, perChannel)", "b = Add(a, otherPerChannel)", "y = Conv(b, dense, bias)"], padding),
      ["BatchNormalization", "Conv"],
    ],
    [
      "a scale before a convolution that pads",
      graphOf(["a = Mul(x, perChannel)", "y = Conv(a, dense, bias)"], padding),
      ["Conv"],
    ],
    [
      "a normalisation that two convolutions read",
      graphOf([
        "a = Mul(x, perChannel)",
        "b = Add(a, otherPerChannel)",
        "c = Conv(b, dense)",
        "d = Conv(b, dense)",
        "y = Add(c, d)",
      ]),
      ["BatchNormalization", "Conv", "Conv", "Add"],
    ],
    [
      "a factor that varies over the image",
      graphOf(["a = Mul(x, perPixel)", "y = Conv(a, dense)"]),
      ["Mul", "Conv"],
    ],
    ["a constant minus an image", graphOf(["a = Sub(perChannel, x)", "y = Relu(a)"]), ["Sub", "Relu"]],
    ["a lone factor", graphOf(["a = Relu(x)", "y = Mul(a, single)"]), ["Relu", "Mul"]],
    [
      "a gate of channels",
      graphOf(["p = GlobalAveragePool(x)", "gate = Sigmoid(p)", "y = Mul(gate, x)"]),
      ["GlobalAveragePool", "Sigmoid", "Resize", "Mul"],
    ],
    ["a product of images", graphOf(["a = Relu(x)", "y = Mul(a, x)"]), ["Relu", "Mul"]],
  ])("%s keeps the numbers", async (_, graph, operators) => {
    const optimised = optimize(graph);
    expect(optimised.nodes.map(({ opType }) => opType)).toEqual(operators);
    const batch = 2;
    const feeds = [
      { dims: [batch, channelCount, size, size], data: noise(batch * channelCount * size * size, 99) },
    ];
    const [before] = await runModel(encodeModel(graph), feeds);
    const [after] = await runModel(encodeModel(optimised), feeds);
    const [expected, actual] = [before?.[0], after?.[0]];
    if (!expected || !actual) throw new Error("no output");
    expect(actual.dims).toEqual(expected.dims);
    expect(relativeDifference(expected.data, actual.data)).toBeLessThan(1e-6);
  });

  test("drops what is no longer read", () => {
    const { initializers } = optimize(graphOf(["y = PRelu(x, slope)"]));
    expect(initializers).toEqual([]);
  });
});
