import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { noise, relativeDifference, runModel } from "../../../test/support/onnx/runModel.ts";
import { encodeModel, int, OnnxFormatError, type OnnxGraph, type OnnxValue } from "./model.ts";
import { prepareScrfd } from "./scrfd.ts";

const names = ["score", "bbox", "kps"].flatMap((kind) => [8, 16, 32].map((stride) => `${kind}_${stride}`));

/** A net with an SCRFD's input and number of outputs; output n is the normalised pixels times n + 1. */
function echo(input: OnnxValue["dims"] = [1, 3, "?", "?"]): OnnxGraph {
  return {
    name: "echo",
    inputs: [{ name: "in", dims: input }],
    outputs: names.map((_, index) => ({ name: `${100 + index}`, dims: [12_800, 4] })),
    initializers: names.map((_, index) => ({
      name: `factor${index}`,
      dims: [],
      data: Float32Array.of(index + 1),
    })),
    nodes: names.flatMap((_, index) => [
      { opType: "Mul", inputs: ["in", `factor${index}`], outputs: [`scaled${index}`] },
      {
        opType: "Flatten",
        inputs: [`scaled${index}`],
        outputs: [`${100 + index}`],
        attributes: { axis: int(3) },
      },
    ]),
  };
}

describe("an SCRFD detector", () => {
  test("takes blue, green and red from 0 to 255, and names its outputs in their order", async () => {
    const pixels = Float32Array.of(0, 255, 127.5, 63.5, 10, 20, 30, 40, 255, 255, 0, 0);
    const [outputs = []] = await runModel(prepareScrfd(encodeModel(echo())), [
      { dims: [1, 3, 2, 2], data: pixels },
    ]);
    expect(outputs.map(({ name }) => name).sort()).toEqual(names.toSorted());
    const red = [127.5, 127.5, -127.5, -127.5];
    const green = [-117.5, -107.5, -97.5, -87.5];
    const blue = [-127.5, 127.5, 0, -64];
    for (const { name, data } of outputs) {
      const factor = (names.indexOf(name) + 1) / 128;
      const wanted = [...red, ...green, ...blue].map((value) => expect.closeTo(value * factor, 4));
      expect([...data]).toEqual(wanted);
    }
  });

  test("is refused where its input has a fixed size, or outputs are missing", () => {
    expect(() => prepareScrfd(encodeModel(echo([1, 3, 640, 640])))).toThrow(OnnxFormatError);
    const few = { ...echo(), outputs: echo().outputs.slice(0, 6) };
    expect(() => prepareScrfd(encodeModel(few))).toThrow(OnnxFormatError);
  });
});

/** A model for development lies beside a checkout; it is no part of it. */
const published = new URL("../../../../shared/models/evaluation-only/scrfd_500m.onnx", import.meta.url);
const hasModel = existsSync(published);
if (!hasModel) console.warn(`Skipped: no SCRFD model at ${published.pathname}`);

(hasModel ? test : test.skip)("det_500m gives the same numbers (needs ../shared/models)", async () => {
  const [height, width] = [64, 96];
  const plane = height * width;
  const blueGreenRed = noise(3 * plane, 7).map((value) => 127.5 * (value + 1));
  const normalised = new Float32Array(3 * plane);
  for (let channel = 0; channel < 3; channel++) {
    const from = blueGreenRed.subarray((2 - channel) * plane, (3 - channel) * plane);
    normalised.set(
      from.map((value) => (value - 127.5) / 128),
      channel * plane,
    );
  }
  const onnx = readFileSync(published);
  const dims = [1, 3, height, width];
  const [wanted = []] = await runModel(onnx, [{ dims, data: normalised }]);
  const [got = []] = await runModel(prepareScrfd(onnx), [{ dims, data: blueGreenRed }]);
  const order = ["443", "468", "493", "446", "471", "496", "449", "474", "499"];
  expect(wanted).toHaveLength(9);
  for (const [index, name] of order.entries()) {
    const before = wanted.find((output) => output.name === name);
    const after = got.find((output) => output.name === names[index]);
    expect(after?.dims).toEqual(before?.dims);
    expect(
      relativeDifference(before?.data ?? new Float32Array(0), after?.data ?? new Float32Array(1)),
    ).toBeLessThan(1e-5);
  }
});
