import { describe, expect, test } from "@jest/globals";
import { noise, relativeDifference, runModel } from "../../../test/support/onnx/runModel.ts";
import { type TestModel, type TestTensor, writeTflite } from "../../../test/support/onnx/tfliteFile.ts";
import { convertBlazeFace } from "../tflite/convert.ts";
import { importTflite } from "../tflite/importer.ts";
import { encodeModel, OnnxFormatError } from "./model.ts";

const side = 32;

const random = (name: string, ...dims: number[]): TestTensor => ({
  name,
  dims,
  data: noise(
    dims.reduce((product, dim) => product * dim, 1),
    name.length + dims.length,
  ),
});

/**
 * A net with BlazeFace's outputs: cells of 8 pixels with two guesses each, and cells of 16 with six. No convolution
 * pads, so that what lies around the image does not count.
 */
const model: TestModel = {
  tensors: [
    { name: "input", dims: [1, side, side, 3] },
    random("w.small", 5, 8, 8, 3),
    random("b.small", 5),
    { name: "small", dims: [1, 4, 4, 5] },
    { name: "small.relu", dims: [1, 4, 4, 5] },
    random("w.large", 7, 2, 2, 5),
    random("b.large", 7),
    { name: "large", dims: [1, 2, 2, 7] },
    ...[
      { of: "small", channels: 5, cells: 4, guesses: 2 },
      { of: "large", channels: 7, cells: 2, guesses: 6 },
    ].flatMap(({ of, channels, cells, guesses }) =>
      [
        { kind: "scores", numbers: 1 },
        { kind: "places", numbers: 16 },
      ].flatMap(({ kind, numbers }) => [
        random(`w.${kind}.${of}`, guesses * numbers, 1, 1, channels),
        random(`b.${kind}.${of}`, guesses * numbers),
        { name: `${kind}.${of}`, dims: [1, cells, cells, guesses * numbers] },
        { name: `${kind}.${of}.list`, dims: [1, cells * cells * guesses, numbers] },
      ]),
    ),
    { name: "places", dims: [1, 56, 16] },
    { name: "scores", dims: [1, 56, 1] },
  ],
  inputs: ["input"],
  outputs: ["places", "scores"],
  operators: [
    convolution("input", "small", 8),
    { code: 19, inputs: ["small"], outputs: ["small.relu"] },
    convolution("small.relu", "large", 2),
    ...["scores", "places"].flatMap((kind) => [
      convolution("small.relu", `${kind}.small`, 1),
      convolution("large", `${kind}.large`, 1),
      ...["small", "large"].map((of) => ({
        code: 22,
        inputs: [`${kind}.${of}`],
        outputs: [`${kind}.${of}.list`],
      })),
      {
        code: 2,
        inputs: [`${kind}.small.list`, `${kind}.large.list`],
        outputs: [kind],
        options: { 0: { int: 1 } },
      },
    ]),
  ],
};

function convolution(input: string, output: string, stride: number) {
  const options = { 0: { byte: 1 }, 1: { int: stride }, 2: { int: stride } };
  return { code: 3, inputs: [input, `w.${output}`, `b.${output}`], outputs: [output], options };
}

describe("preparing BlazeFace", () => {
  test("keeps its numbers, of plain pixels in blue, green and red, by cells", async () => {
    const tflite = writeTflite(model);
    const plain = noise(3 * side * side, 3).map((value) => Math.round(127.5 * (value + 1)));
    const plane = side * side;
    const normalised = plain.map((_, at) => {
      const colour = 2 - Math.floor(at / plane);
      return (plain[colour * plane + (at % plane)] as number) / 127.5 - 1;
    });
    const run = async (onnx: Uint8Array, data: Float32Array) => {
      const [outputs = []] = await runModel(onnx, [{ dims: [1, 3, side, side], data }]);
      return new Map(outputs.map((output) => [output.name, output]));
    };
    const wanted = await run(encodeModel(importTflite(tflite)), normalised);
    const got = await run(convertBlazeFace(tflite), plain);
    expect([...got.values()].map(({ name, dims }) => [name, ...dims])).toEqual([
      ["heads_8", 1, 34, 4, 4],
      ["heads_16", 1, 102, 2, 2],
    ]);
    const listed = (numbers: number, firstOf: (guesses: number) => number) =>
      Float32Array.from(
        [
          { name: "heads_8", guesses: 2, cells: 16 },
          { name: "heads_16", guesses: 6, cells: 4 },
        ].flatMap(({ name, guesses, cells }) =>
          Array.from({ length: cells * guesses * numbers }, (_, at) => {
            const number = at % numbers;
            const guess = Math.floor(at / numbers) % guesses;
            const cell = Math.floor(at / numbers / guesses);
            const channel = firstOf(guesses) + guess * numbers + number;
            return got.get(name)?.data[channel * cells + cell] as number;
          }),
        ),
      );
    const scores = listed(1, () => 0);
    const places = listed(16, (guesses) => guesses);
    expect(relativeDifference(wanted.get("scores")?.data as Float32Array, scores)).toBeLessThan(1e-5);
    expect(relativeDifference(wanted.get("places")?.data as Float32Array, places)).toBeLessThan(1e-5);
  });

  test("takes other sizes", async () => {
    const feed = { dims: [1, 3, 32, 64], data: new Float32Array(3 * 32 * 64) };
    const [outputs] = await runModel(convertBlazeFace(writeTflite(model)), [feed]);
    expect(outputs?.map(({ dims }) => dims)).toEqual([
      [1, 34, 4, 8],
      [1, 102, 2, 4],
    ]);
  });

  test.each([
    ["without scores", { ...model, outputs: ["places"] }, /an output of 1 for each guess/],
    [
      "whose places are of other cells",
      {
        ...model,
        operators: model.operators.map((operator) =>
          operator.outputs[0] === "places.small"
            ? { ...operator, inputs: ["small", ...operator.inputs.slice(1)] }
            : operator,
        ),
      },
      /of the same cells/,
    ],
    [
      "that computes with the list of guesses",
      {
        ...model,
        tensors: [...model.tensors, { name: "likely", dims: [1, 56, 1] }],
        operators: [...model.operators, { code: 14, inputs: ["scores"], outputs: ["likely"] }],
        outputs: ["places", "likely"],
      },
      /Sigmoid is unknown between/,
    ],
  ])("refuses a net %s", (_, other, message) => {
    const convert = () => convertBlazeFace(writeTflite(other));
    expect(convert).toThrow(OnnxFormatError);
    expect(convert).toThrow(message);
  });
});
