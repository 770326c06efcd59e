import { describe, expect, test } from "@jest/globals";
import { noise, runModel } from "../../../test/support/onnx/runModel.ts";
import { encodeModel, OnnxFormatError, type OnnxGraph, type OnnxTensor } from "./model.ts";
import { narrowOutput } from "./narrowOutput.ts";

const wide = 12;
const inputs = 8;

/** Weights of `wide` x `inputs` that span `rank` dimensions. */
function weightsOfRank(rank: number): Float32Array {
  const left = noise(wide * rank, 1);
  const right = noise(rank * inputs, 2);
  return Float32Array.from({ length: wide * inputs }, (_, at) => {
    const [row, column] = [Math.floor(at / inputs), at % inputs];
    let sum = 0;
    for (let k = 0; k < rank; k++) {
      sum += (left[row * rank + k] as number) * (right[k * inputs + column] as number);
    }
    return sum;
  });
}

function netOfRank(rank: number, bias = new Float32Array(wide)): OnnxGraph {
  const tensors: OnnxTensor[] = [
    { name: "weights", dims: [wide, inputs, 1, 1], data: weightsOfRank(rank) },
    { name: "bias", dims: [wide], data: bias },
    { name: "shape", dims: [2], data: BigInt64Array.of(1n, BigInt(wide)) },
  ];
  return {
    name: "test",
    inputs: [{ name: "x", dims: [1, inputs, 1, 1] }],
    outputs: [{ name: "y", dims: [1, wide] }],
    initializers: tensors,
    nodes: [
      { opType: "Conv", inputs: ["x", "weights", "bias"], outputs: ["layer"] },
      { opType: "Reshape", inputs: ["layer", "shape"], outputs: ["y"] },
    ],
  };
}

async function answers(graph: OnnxGraph): Promise<Float32Array[]> {
  const feeds = [3, 4, 5].map((seed) => ({ dims: [1, inputs, 1, 1], data: noise(inputs, seed) }));
  const model = encodeModel(graph);
  const outputs = await Promise.all(feeds.map((feed) => runModel(model, [feed])));
  return outputs.map((output) => output[0]?.[0]?.data as Float32Array);
}

function products(vectors: readonly Float32Array[]): number[] {
  return vectors.flatMap((a) =>
    vectors.map((b) => a.reduce((sum, value, at) => sum + value * (b[at] as number), 0)),
  );
}

describe("narrowOutput", () => {
  test("keeps lengths and inner products with fewer numbers", async () => {
    const net = netOfRank(3);
    const before = await answers(net);
    const after = await answers(narrowOutput(net, 3));
    expect(after.map(({ length }) => length)).toEqual([3, 3, 3]);
    for (const [index, product] of products(before).entries()) {
      expect(products(after)[index]).toBeCloseTo(product, 5);
    }
  });

  test("turns the bias along", async () => {
    // A bias within what the weights span, as a trained layer's nearly is.
    const weights = weightsOfRank(3);
    const bias = Float32Array.from({ length: wide }, (_, row) => weights[row * inputs] as number);
    const net = netOfRank(3, bias);
    const before = products(await answers(net));
    for (const [index, product] of products(await answers(narrowOutput(net, 3))).entries()) {
      expect(product).toBeCloseTo(before[index] as number, 5);
    }
  });

  test("gives the same net each time", () => {
    expect(encodeModel(narrowOutput(netOfRank(4), 4))).toEqual(encodeModel(narrowOutput(netOfRank(4), 4)));
  });

  test("refuses to lose what the answers tell", () => {
    expect(() => narrowOutput(netOfRank(5), 4)).toThrow(OnnxFormatError);
  });

  test("refuses a net that ends otherwise", () => {
    const net = netOfRank(3);
    const nodes = net.nodes.map((node) =>
      node.opType === "Reshape" ? { opType: "Flatten", inputs: ["layer"], outputs: ["y"] } : node,
    );
    expect(() => narrowOutput({ ...net, nodes }, 3)).toThrow(OnnxFormatError);
  });
});
