import { describe, expect, test } from "@jest/globals";
import { runModel } from "../../../test/support/onnx/runModel.ts";
import {
  type TestModel,
  type TestOperator,
  type TestTensor,
  writeTflite,
} from "../../../test/support/onnx/tfliteFile.ts";
import { encodeModel } from "../onnx/model.ts";
import { TfliteError } from "./error.ts";
import { importTflite } from "./importer.ts";

const singles = (name: string, dims: readonly number[], ...values: number[]): TestTensor => ({
  name,
  dims,
  data: new Float32Array(values),
});

const same = { 0: { byte: 0 }, 1: { int: 1 }, 2: { int: 1 } };
const valid = { ...same, 0: { byte: 1 } };

interface Case {
  readonly code: number;
  /** In TFLite's order, as all shapes and numbers here. */
  readonly dims: readonly number[];
  readonly x: readonly number[];
  readonly constants?: readonly TestTensor[];
  /** The input `x` and constants by name; `x` and all constants in their order by default. */
  readonly inputs?: readonly string[];
  readonly options?: TestOperator["options"];
  readonly output: readonly number[];
  readonly y: readonly number[];
}

/** The picture of two by two pixels and two channels that some cases read. */
const picture = { dims: [1, 2, 2, 2], x: [1, 10, 2, 20, 3, 30, 4, 40] };

const cases: Readonly<Record<string, Case>> = {
  ADD: {
    code: 0,
    dims: [1, 2],
    x: [1, 2],
    constants: [singles("c", [2], 10, -20)],
    output: [1, 2],
    y: [11, -18],
  },
  CONCATENATION: {
    code: 2,
    dims: [1, 2, 1],
    x: [1, 2],
    constants: [singles("c", [1, 1, 1], 3)],
    options: { 0: { int: -2 } },
    output: [1, 3, 1],
    y: [1, 2, 3],
  },
  CONV_2D: {
    code: 3,
    ...picture,
    // Two outputs of kernels of one row and two columns.
    constants: [singles("w", [2, 1, 2, 2], 1, 0, 0, 1, 1, 1, 1, 1), singles("b", [2], 0.5, -50)],
    options: valid,
    output: [1, 2, 1, 2],
    y: [1 + 20 + 0.5, 33 - 50, 3 + 40 + 0.5, 77 - 50],
  },
  "CONV_2D padded to the same size, the odd column at the end": {
    code: 3,
    dims: [1, 1, 3, 1],
    x: [1, 2, 3],
    constants: [singles("w", [1, 1, 2, 1], 10, 1)],
    options: same,
    output: [1, 1, 3, 1],
    y: [12, 23, 30],
  },
  "CONV_2D with strides and dilations": {
    code: 3,
    dims: [1, 1, 5, 1],
    x: [1, 2, 3, 4, 5],
    constants: [singles("w", [1, 1, 2, 1], 10, 1)],
    options: { ...valid, 1: { int: 2 }, 4: { int: 2 } },
    output: [1, 1, 2, 1],
    y: [13, 35],
  },
  DEPTHWISE_CONV_2D: {
    code: 4,
    ...picture,
    constants: [singles("w", [1, 1, 1, 4], 1, 2, 3, 4), singles("b", [4], 0, 0, 0, 1)],
    options: { ...same, 3: { int: 2 } },
    output: [1, 2, 2, 4],
    y: [1, 2, 30, 41, 2, 4, 60, 81, 3, 6, 90, 121, 4, 8, 120, 161],
  },
  LOGISTIC: { code: 14, dims: [1, 1], x: [0], output: [1, 1], y: [0.5] },
  MAX_POOL_2D: {
    code: 17,
    dims: [1, 2, 3, 1],
    x: [1, 5, 2, -4, -3, -6],
    options: { ...same, 1: { int: 2 }, 2: { int: 2 }, 3: { int: 2 }, 4: { int: 1 } },
    output: [1, 1, 2, 1],
    y: [5, 2],
  },
  RELU: { code: 19, dims: [1, 3], x: [-1, 0, 2], output: [1, 3], y: [0, 0, 2] },
  "RESHAPE of a picture": { code: 22, ...picture, output: [1, 8], y: picture.x },
  "PAD of a picture's channels": {
    code: 34,
    ...picture,
    constants: [{ name: "c", dims: [4, 2], data: new Int32Array([0, 0, 0, 0, 0, 0, 0, 1]) }],
    output: [1, 2, 2, 3],
    y: [1, 10, 0, 2, 20, 0, 3, 30, 0, 4, 40, 0],
  },
  PRELU: {
    code: 54,
    dims: [1, 1, 2, 2],
    x: [-1, -1, 2, 2],
    constants: [singles("c", [1, 1, 2], 3, -4)],
    output: [1, 1, 2, 2],
    y: [-3, 4, 2, 2],
  },
};

/** A model of one operator. */
function modelOf({ code, dims, constants = [], inputs, options, output }: Case): TestModel {
  return {
    tensors: [{ name: "x", dims }, ...constants, { name: "y", dims: output }],
    inputs: ["x"],
    outputs: ["y"],
    operators: [
      {
        code,
        inputs: inputs ?? ["x", ...constants.map(({ name }) => name)],
        outputs: ["y"],
        ...(options && { options }),
      },
    ],
  };
}

/** Pixels as planes, as imported models take pictures. */
function planes(values: readonly number[], channels: number): number[] {
  const pixels = values.length / channels;
  return values.map((_, at) => values[(at % pixels) * channels + Math.floor(at / pixels)] as number);
}

async function run(model: TestModel, x: readonly number[]) {
  const graph = importTflite(writeTflite(model));
  const dims = graph.inputs[0]?.dims.map(Number) ?? [];
  const channels = model.tensors[0]?.dims.at(-1) ?? 1;
  const data = new Float32Array(dims.length === 4 ? planes(x, channels) : x);
  const [outputs] = await runModel(encodeModel(graph), [{ dims, data }]);
  return outputs?.[0];
}

describe("importing a TFLite operator", () => {
  test.each(Object.entries(cases))("%s computes what TFLite defines", async (_, operatorCase) => {
    const output = await run(modelOf(operatorCase), operatorCase.x);
    expect(output?.name).toBe("y");
    expect(output?.dims).toEqual(operatorCase.output);
    expect([...(output?.data ?? [])].map((value) => Math.round(value * 1e6) / 1e6)).toEqual(operatorCase.y);
  });

  test("DEQUANTIZE widens constants of half precision", async () => {
    const model: TestModel = {
      tensors: [
        { name: "x", dims: [1, 2] },
        // 1.5 and -2^-24, the smallest subnormal number.
        { name: "half", dims: [2], data: new Uint16Array([0x3e00, 0x8001]) },
        { name: "single", dims: [2] },
        { name: "y", dims: [1, 2] },
      ],
      inputs: ["x"],
      outputs: ["y"],
      operators: [
        { code: 6, inputs: ["half"], outputs: ["single"] },
        { code: 0, inputs: ["x", "single"], outputs: ["y"] },
      ],
    };
    expect([...((await run(model, [2, 0]))?.data ?? [])]).toEqual([3.5, -(2 ** -24)]);
  });

  test("between convolutions pictures stay channel by channel", () => {
    const weights = singles("w", [2, 1, 1, 2], 1, 2, 3, 4);
    const graph = importTflite(
      writeTflite({
        tensors: [
          { name: "x", dims: [1, 4, 6, 2] },
          weights,
          ...["a", "b", "y"].map((name) => ({ name, dims: [1, 4, 6, 2] })),
        ],
        inputs: ["x"],
        outputs: ["y"],
        operators: [
          { code: 3, inputs: ["x", "w"], outputs: ["a"], options: valid },
          { code: 0, inputs: ["a", "x"], outputs: ["b"] },
          { code: 3, inputs: ["b", "w"], outputs: ["y"], options: valid },
        ],
      }),
    );
    expect(graph.inputs).toEqual([{ name: "x", dims: [1, 2, 4, 6] }]);
    expect(graph.nodes.map(({ opType }) => opType)).toEqual(["Conv", "Add", "Conv", "Transpose", "Identity"]);
    expect(graph.outputs).toEqual([{ name: "y", dims: [1, 4, 6, 2] }]);
  });
});

describe("a TFLite model is refused", () => {
  const pool: Case = {
    code: 17,
    ...picture,
    options: { ...same, 3: { int: 1 }, 4: { int: 1 } },
    output: [1, 2, 2, 2],
    y: [],
  };
  const add: Case = {
    code: 0,
    dims: [1, 2],
    x: [],
    constants: [singles("c", [2], 1, 2)],
    output: [1, 2],
    y: [],
  };

  test.each<[string, TestModel, RegExp]>([
    ["an unknown operator", modelOf({ ...add, code: 126 }), /Operator 126 of y: it is not supported/],
    ["an unknown option", modelOf({ ...add, options: { 7: { int: 1 } } }), /Operator ADD of y: option 7/],
    ["a fused activation", modelOf({ ...add, options: { 0: { byte: 1 } } }), /fused activation 1/],
    ["an unknown padding", modelOf({ ...pool, options: { ...pool.options, 0: { byte: 2 } } }), /padding 2/],
    [
      "a missing input",
      modelOf({ ...add, code: 14, inputs: [] }),
      /Operator LOGISTIC of y: input 0 is missing/,
    ],
    [
      "weights of run time",
      modelOf({ code: 3, ...picture, inputs: ["x", "x"], options: same, output: [1, 2, 2, 2], y: [] }),
      /input 1 must be a constant/,
    ],
    [
      "constants that do not fill their shape",
      modelOf({ ...add, constants: [singles("c", [3], 1, 2)] }),
      /2 elements do not fill the shape 3/,
    ],
    [
      "quantised constants",
      modelOf({ ...add, constants: [{ ...singles("c", [2], 1, 2), type: 9 }] }),
      /a constant of type 9 is not supported/,
    ],
    [
      "a tensor from nowhere",
      modelOf({ ...add, constants: [{ name: "c", dims: [2] }] }),
      /c is computed nowhere/,
    ],
    ["another version", { ...modelOf(add), version: 2 }, /not a TFLite model/],
    ["several graphs", { ...modelOf(add), graphs: 2 }, /one graph/],
  ])("with %s", (_, model, message) => {
    const convert = () => importTflite(writeTflite(model));
    expect(convert).toThrow(TfliteError);
    expect(convert).toThrow(message);
  });

  test("that is something else", () => {
    expect(() => importTflite(new TextEncoder().encode("<html/>"))).toThrow(/not a TFLite model/);
  });
});
