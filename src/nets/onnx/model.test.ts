import { describe, expect, test } from "@jest/globals";
import type { OnnxGraph } from "./model.ts";
import { decodeModel, encodeModel, float, int, ints, OnnxFormatError, text } from "./model.ts";
import { encodeWire } from "./schema.ts";

const graph: OnnxGraph = {
  name: "every kind of thing",
  inputs: [{ name: "x", elementType: "float32", dims: ["N", 3, 2, 2] }],
  outputs: [{ name: "y", elementType: "int64", dims: [] }],
  initializers: [
    { name: "f32", dims: [2, 1], data: new Float32Array([1.5, -0.25]) },
    { name: "f64", dims: [1], data: new Float64Array([Math.PI]) },
    { name: "i32", dims: [1], data: new Int32Array([-7]) },
    { name: "i64", dims: [2], data: new BigInt64Array([-1n, 2n ** 63n - 1n]) },
    { name: "i8", dims: [1], data: new Int8Array([-128]) },
    { name: "u8", dims: [], data: new Uint8Array([255]) },
    { name: "nothing", dims: [0], data: new Float32Array(0) },
  ],
  values: [{ name: "between", elementType: "float32", dims: ["N", 4] }],
  nodes: [
    {
      opType: "Something",
      domain: "com.example",
      name: "first",
      inputs: ["x", "", "f32"],
      outputs: ["y"],
      attributes: {
        count: int(-3),
        none: int(0),
        pads: ints([0, -1, 2]),
        ratio: float(0.5),
        ratios: { type: "floats", value: [0.5, 0.25] },
        mode: text("linear"),
        value: { type: "tensor", value: { name: "", dims: [1], data: new Float32Array([3]) } },
      },
    },
    { opType: "Identity", inputs: ["y"], outputs: ["z"] },
  ],
  opsets: { "": 17, "com.example": 1 },
};

describe("ONNX files", () => {
  test("come back as they were written", () => {
    expect(decodeModel(encodeModel(graph))).toEqual(graph);
  });

  test("are the same bytes for the same graph", () => {
    expect(encodeModel(structuredClone(graph))).toEqual(encodeModel(graph));
  });

  test("of other producers may hold typed data, and weights among their inputs", () => {
    const weights = [
      { name: "w", dims: [2], dataType: 1, floatData: [1, 2] },
      { name: "shape", dims: [2], dataType: 7, int64Data: ["-1", "9223372036854775807"] },
      { name: "bytes", dims: [2], dataType: 3, int32Data: [-1, 5] },
    ];
    const value = (name: string) => ({ name, type: { tensorType: { elemType: 1, shape: { dim: [{}] } } } });
    const decoded = decodeModel(
      encodeWire({
        irVersion: 3,
        opsetImport: [{ version: 11 }],
        graph: { node: [], initializer: weights, input: [value("x"), value("w")], output: [], valueInfo: [] },
      }),
    );
    expect(decoded.inputs).toEqual([{ name: "x", elementType: "float32", dims: ["x_0"] }]);
    expect(decoded.initializers.map(({ data }) => data)).toEqual([
      new Float32Array([1, 2]),
      new BigInt64Array([-1n, 2n ** 63n - 1n]),
      new Int8Array([-1, 5]),
    ]);
    expect(decoded.opsets).toEqual({ "": 11 });
  });

  test.each([
    ["no protobuf", new TextEncoder().encode("<html>not found</html>")],
    ["nothing", new Uint8Array(0)],
    ["a file cut short", encodeModel(graph).subarray(0, -9)],
  ])("are refused where they are %s", (_, bytes) => {
    expect(() => decodeModel(bytes)).toThrow(OnnxFormatError);
  });

  test("are not written with a shape that its data does not fill", () => {
    const broken = { ...graph, initializers: [{ name: "w", dims: [3], data: new Float32Array(2) }] };
    expect(() => encodeModel(broken)).toThrow(RangeError);
  });
});
