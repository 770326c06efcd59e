import { describe, expect, test } from "@jest/globals";
import { type TestLayer, writeIr } from "../../../test/support/onnx/openVinoIr.ts";
import { runModel } from "../../../test/support/onnx/runModel.ts";
import { decodeModel, encodeModel } from "../onnx/model.ts";
import { convertOpenVinoModel } from "./convert.ts";
import { OpenVinoError } from "./error.ts";
import { importOpenVino } from "./importer.ts";

/** Collects constants into a weights file. */
class Weights {
  #bytes: number[] = [];

  constant(name: string, type: string, dims: readonly number[], data: ArrayBufferView): TestLayer {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    const offset = this.#bytes.length;
    this.#bytes.push(...bytes);
    return {
      name,
      type: "Const",
      data: { element_type: type, shape: dims.join(", "), offset, size: bytes.length },
      outputs: [dims],
    };
  }

  single(name: string, dims: readonly number[], ...values: number[]): TestLayer {
    return this.constant(name, "f32", dims, new Float32Array(values));
  }

  file(): Uint8Array {
    // An odd start, as within a larger buffer.
    return Uint8Array.from([0, ...this.#bytes]).subarray(1);
  }
}

const parameter = (...dims: number[]): TestLayer => ({
  name: "image",
  type: "Parameter",
  data: { shape: dims.join(","), element_type: "f32" },
  outputs: [dims],
});
const result = (input: string): TestLayer => ({ name: `${input}/sink`, type: "Result", inputs: [input] });

const window = { strides: "1,1", pads_begin: "0,0", pads_end: "0,0", auto_pad: "explicit" };
const convolution = { ...window, dilations: "1,1" };

interface Case {
  readonly input: readonly number[];
  readonly x: readonly number[];
  readonly output: readonly number[];
  readonly y: readonly number[];
  readonly layer: Omit<TestLayer, "name">;
  readonly constants?: (weights: Weights) => TestLayer[];
}

const cases: Readonly<Record<string, Case>> = {
  Add: {
    input: [1, 2, 1, 1],
    x: [1, 2],
    layer: { type: "Add", data: { auto_broadcast: "numpy" }, inputs: ["image", "c"] },
    constants: (weights) => [weights.single("c", [1, 2, 1, 1], 10, 20)],
    output: [1, 2, 1, 1],
    y: [11, 22],
  },
  Subtract: {
    input: [1, 2],
    x: [1, 2],
    layer: { type: "Subtract", inputs: ["image", "c"] },
    constants: (weights) => [weights.single("c", [1], 10)],
    output: [1, 2],
    y: [-9, -8],
  },
  Multiply: {
    input: [1, 2],
    x: [3, 4],
    layer: { type: "Multiply", inputs: ["c", "image"] },
    // 1.5 and -2^-24, the smallest subnormal number.
    constants: (weights) => [weights.constant("c", "f16", [1, 2], new Uint16Array([0x3e00, 0x8001]))],
    output: [1, 2],
    y: [4.5, -4 * 2 ** -24],
  },
  AvgPool: {
    input: [1, 1, 2, 2],
    x: [1, 2, 3, 4],
    layer: {
      type: "AvgPool",
      data: {
        ...window,
        kernel: "2,2",
        strides: "2,2",
        pads_begin: "1,1",
        pads_end: "1,1",
        "exclude-pad": "true",
        rounding_type: "floor",
      },
      inputs: ["image"],
    },
    output: [1, 1, 2, 2],
    y: [1, 2, 3, 4],
  },
  "AvgPool that counts padding": {
    input: [1, 1, 2, 2],
    x: [1, 2, 3, 4],
    layer: {
      type: "AvgPool",
      data: {
        ...window,
        kernel: "2,2",
        strides: "2,2",
        pads_begin: "1,1",
        pads_end: "1,1",
        "exclude-pad": "false",
      },
      inputs: ["image"],
    },
    output: [1, 1, 2, 2],
    y: [0.25, 0.5, 0.75, 1],
  },
  Convolution: {
    input: [1, 2, 1, 2],
    x: [1, 2, 10, 20],
    layer: { type: "Convolution", data: convolution, inputs: ["image", "c"] },
    constants: (weights) => [weights.single("c", [1, 2, 1, 2], 1, 2, 3, 4)],
    output: [1, 1, 1, 1],
    y: [1 + 4 + 30 + 80],
  },
  GroupConvolution: {
    input: [1, 2, 1, 1],
    x: [1, 10],
    layer: { type: "GroupConvolution", data: convolution, inputs: ["image", "c"] },
    constants: (weights) => [weights.single("c", [2, 2, 1, 1, 1], 1, 2, 3, 4)],
    output: [1, 4, 1, 1],
    y: [1, 2, 30, 40],
  },
  FakeQuantize: {
    input: [1, 6],
    x: [-1, 0.4, 0.5, 1.5, 2.6, 9],
    layer: { type: "FakeQuantize", data: { levels: 5 }, inputs: ["image", "low", "high", "low", "outHigh"] },
    constants: (weights) => [
      weights.single("low", [], 0),
      weights.single("high", [], 4),
      weights.single("outHigh", [], 8),
    ],
    output: [1, 6],
    // Halves go to the even level.
    y: [0, 0, 0, 4, 6, 8],
  },
  "FakeQuantize between ranges that do not start at 0": {
    input: [1, 3],
    x: [-9, 0.6, 9],
    layer: {
      type: "FakeQuantize",
      data: { levels: 3 },
      inputs: ["image", "low", "high", "outLow", "outHigh"],
    },
    constants: (weights) => [
      weights.single("low", [1], -1),
      weights.single("high", [1], 1),
      weights.single("outLow", [1], 10),
      weights.single("outHigh", [1], 20),
    ],
    output: [1, 3],
    y: [10, 20, 20],
  },
  "FakeQuantize of weights by channel": {
    input: [1, 1, 1, 1],
    x: [1],
    layer: { type: "Convolution", data: convolution, inputs: ["image", "quantised"] },
    constants: (weights) => [
      weights.constant("stored", "u8", [2, 1, 1, 1], new Uint8Array([0, 127])),
      {
        name: "c",
        type: "Convert",
        data: { destination_type: "f16" },
        inputs: ["stored"],
        outputs: [[2, 1, 1, 1]],
      },
      weights.single("low", [1], 0),
      weights.single("high", [1], 254),
      weights.single("outLow", [2, 1, 1, 1], -3, -1),
      weights.single("outHigh", [2, 1, 1, 1], 3, 2),
      {
        name: "quantised",
        type: "FakeQuantize",
        data: { levels: 255 },
        inputs: ["c", "low", "high", "outLow", "outHigh"],
        outputs: [[2, 1, 1, 1]],
      },
    ],
    output: [1, 2, 1, 1],
    y: [-3, 0.5],
  },
  MatMul: {
    input: [1, 2],
    x: [1, 10],
    layer: { type: "MatMul", data: { transpose_a: "false", transpose_b: "true" }, inputs: ["image", "c"] },
    constants: (weights) => [weights.single("c", [3, 2], 1, 2, 3, 4, 5, 6)],
    output: [1, 3],
    y: [21, 43, 65],
  },
  MaxPool: {
    input: [1, 1, 1, 4],
    x: [1, 3, 2, 4],
    layer: {
      type: "MaxPool",
      data: {
        ...window,
        kernel: "1,3",
        strides: "2,2",
        rounding_type: "ceil",
        index_element_type: "i64",
        axis: 0,
      },
      inputs: ["image"],
    },
    output: [1, 1, 1, 2],
    y: [3, 4],
  },
  PReLU: {
    input: [1, 2, 1, 2],
    x: [-1, 1, -1, 1],
    layer: { type: "PReLU", inputs: ["image", "c"] },
    constants: (weights) => [weights.single("c", [2], 3, -4)],
    output: [1, 2, 1, 2],
    y: [-3, 1, 4, 1],
  },
  "PReLU with one slope": {
    input: [1, 2, 1, 1],
    x: [-1, 2],
    layer: { type: "PReLU", inputs: ["image", "c"] },
    constants: (weights) => [weights.single("c", [1], 7)],
    output: [1, 2, 1, 1],
    y: [-7, 2],
  },
  ReLU: {
    input: [1, 2],
    x: [-1, 2],
    layer: { type: "ReLU", inputs: ["image"] },
    output: [1, 2],
    y: [0, 2],
  },
  Reshape: {
    input: [1, 2, 1, 2],
    x: [1, 2, 3, 4],
    layer: { type: "Reshape", data: { special_zero: "true" }, inputs: ["image", "c"] },
    constants: (weights) => [weights.constant("c", "i64", [2], new BigInt64Array([0n, -1n]))],
    output: [1, 4],
    y: [1, 2, 3, 4],
  },
  Sigmoid: {
    input: [1, 1],
    x: [0],
    layer: { type: "Sigmoid", inputs: ["image"] },
    output: [1, 1],
    y: [0.5],
  },
  SoftMax: {
    input: [1, 2],
    x: [0, Math.log(3)],
    layer: { type: "SoftMax", data: { axis: 1 }, inputs: ["image"] },
    output: [1, 2],
    y: [0.25, 0.75],
  },
};

describe("importing an OpenVINO layer", () => {
  test.each(Object.entries(cases))(
    "%s computes what OpenVINO defines, for any batch",
    async (_, layerCase) => {
      const weights = new Weights();
      const constants = layerCase.constants?.(weights) ?? [];
      const layers = [
        parameter(...layerCase.input),
        ...constants,
        { ...layerCase.layer, name: "layer", outputs: [layerCase.output] },
        result("layer"),
      ];
      const graph = importOpenVino(writeIr(layers), weights.file());
      expect(graph.inputs).toEqual([{ name: "image", dims: ["N", ...layerCase.input.slice(1)] }]);
      expect(graph.outputs).toEqual([{ name: "layer", dims: ["N", ...layerCase.output.slice(1)] }]);

      const feed = {
        dims: [2, ...layerCase.input.slice(1)],
        data: new Float32Array([...layerCase.x, ...layerCase.x]),
      };
      const [outputs] = await runModel(encodeModel(graph), [feed]);
      expect(outputs?.[0]?.dims).toEqual([2, ...layerCase.output.slice(1)]);
      const y = [...layerCase.y, ...layerCase.y];
      expect(outputs?.[0]?.data).toHaveLength(y.length);
      y.forEach((expected, index) => {
        expect(outputs?.[0]?.data[index]).toBeCloseTo(expected, 6);
      });
    },
  );

  test("names inputs and outputs as the original model did, apart from layers of the same name", () => {
    const layers: TestLayer[] = [
      { ...parameter(1, 2), names: "0" },
      { name: "42", type: "ReLU", inputs: ["image"], outputs: [[1, 2]] },
      { name: "last", type: "Sigmoid", inputs: ["42"], outputs: [[1, 2]], names: "42,alias" },
      result("last"),
    ];
    const graph = importOpenVino(writeIr(layers, "10"), new Uint8Array(0));
    expect(graph.inputs[0]?.name).toBe("0");
    expect(graph.outputs[0]?.name).toBe("42");
    expect(graph.nodes.map(({ inputs, outputs }) => [...inputs, ...outputs])).toEqual([
      ["0", "42#1"],
      ["42#1", "42"],
    ]);
  });
});

describe("an OpenVINO model is refused", () => {
  const relu = { name: "layer", type: "ReLU", inputs: ["image"], outputs: [[1, 2, 2, 2]] };
  const pool = { ...relu, type: "MaxPool", data: { ...window, kernel: "1,1" } };
  const image = parameter(1, 2, 2, 2);

  test.each<[string, TestLayer[], RegExp]>([
    [
      "an unknown type",
      [image, { ...relu, type: "Swish" }],
      /face\.xml: Layer layer of type Swish: the type is/,
    ],
    [
      "an unknown attribute",
      [image, { ...pool, data: { ...pool.data, turbo: 1 } }],
      /type MaxPool: attribute turbo="1"/,
    ],
    [
      "an unknown value of an attribute",
      [image, { ...pool, data: { ...pool.data, auto_pad: "same_upper" } }],
      /attribute auto_pad="same_upper" is not supported/,
    ],
    ["a missing attribute", [image, { ...pool, data: { kernel: "1,1" } }], /attribute strides is missing/],
    [
      "a list that is none",
      [image, { ...pool, data: { ...pool.data, kernel: "1,x" } }],
      /kernel="1,x" is no list/,
    ],
    ["a batch of its own", [parameter(4, 2, 2, 2), relu], /type Parameter: a batch other than one/],
    [
      "a reader of the positions of maxima",
      [
        image,
        {
          ...pool,
          name: "pool",
          outputs: [
            [1, 2, 2, 2],
            [1, 2, 2, 2],
          ],
        },
        { ...relu, inputs: ["pool:1"] },
      ],
      /Layer pool of type MaxPool: output port 2 is not supported/,
    ],
    [
      "weights of run time",
      [image, { ...relu, type: "Convolution", data: convolution, inputs: ["image", "image"] }],
      /input 1 must be a constant/,
    ],
    [
      "weights outside of the file",
      [
        image,
        {
          name: "c",
          type: "Const",
          data: { element_type: "f32", shape: 1, offset: 4, size: 4 },
          outputs: [[1]],
        },
        { ...relu, type: "PReLU", inputs: ["image", "c"] },
      ],
      /Layer c of type Const: bytes 4 to 8 lie outside/,
    ],
    [
      "weights that do not fill their shape",
      [
        image,
        {
          name: "c",
          type: "Const",
          data: { element_type: "f32", shape: 3, offset: 0, size: 4 },
          outputs: [[3]],
        },
        { ...relu, type: "PReLU", inputs: ["image", "c"] },
      ],
      /1 elements do not fill the shape 3/,
    ],
    [
      "a reshape of the batch",
      [
        image,
        {
          name: "c",
          type: "Const",
          data: { element_type: "i8", shape: "", offset: 0, size: 1 },
          outputs: [[]],
        },
        { ...relu, type: "Reshape", inputs: ["image", "c"], outputs: [[8]] },
      ],
      /type Reshape: a change of the batch/,
    ],
  ])("with %s", (_, layers, message) => {
    const convert = () =>
      convertOpenVinoModel(writeIr([...layers, result("layer")]), new Uint8Array(4), "face.xml");
    expect(convert).toThrow(OpenVinoError);
    expect(convert).toThrow(message);
  });

  test("with the layer at fault for the caller", () => {
    const xml = writeIr([image, { ...relu, type: "Swish" }, result("layer")]);
    expect(() => importOpenVino(xml, new Uint8Array(0))).toThrow(
      expect.objectContaining({ place: { layer: "layer", type: "Swish" } }),
    );
  });

  test.each([
    ["of another IR version", writeIr([image, relu, result("layer")], "7"), /version 7 is not supported/],
    ["that is cut short", writeIr([image, relu, result("layer")]).subarray(0, 200), /is not an OpenVINO IR/],
    ["that is something else", new TextEncoder().encode("<html/>"), /is not an OpenVINO IR/],
  ])("%s", (_, xml, message) => {
    expect(() => importOpenVino(xml, new Uint8Array(0))).toThrow(message);
  });
});

test("a converted model is the same bytes each time", () => {
  const weights = new Weights();
  const layers = [
    parameter(1, 2, 1, 1),
    weights.single("c", [1, 2, 1, 1], 5, 6),
    { name: "layer", type: "Add", inputs: ["image", "c"], outputs: [[1, 2, 1, 1]] },
    result("layer"),
  ];
  const convert = () => convertOpenVinoModel(writeIr(layers), weights.file());
  expect(convert()).toEqual(convert());
  expect(decodeModel(convert()).name).toBe("test");
});
