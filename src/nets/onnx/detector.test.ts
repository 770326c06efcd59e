import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { noise, relativeDifference, runModel } from "../../../test/support/onnx/runModel.ts";
import { makeDetectorResizable } from "./detector.ts";
import type { OnnxGraph, OnnxNode, OnnxTensor } from "./model.ts";
import { decodeModel, encodeModel, int, ints, OnnxFormatError } from "./model.ts";

const featureCount = 8;
/** Channels of the heads of a small detector with one stride. */
const headNames = { cls: 1, bbox: 4, kps: 10 };

/** A detector built as YuNet is, for images of 8 x 8 pixels. */
function smallDetector(reshapeTo: (channels: number) => bigint[]): OnnxGraph {
  const initializers: OnnxTensor[] = [];
  const parameter = (name: string, ...dims: number[]): string => {
    const size = dims.reduce((product, dim) => product * dim, 1);
    initializers.push({ name, dims, data: noise(size, initializers.length + 1) });
    return name;
  };
  const convolution = (
    input: string,
    output: string,
    weights: number[],
    pad: number,
    group = 1,
  ): OnnxNode => ({
    opType: "Conv",
    inputs: [input, parameter(`${output}.w`, ...weights), parameter(`${output}.b`, weights[0] ?? 0)],
    outputs: [output],
    attributes: { group: int(group), pads: ints([pad, pad, pad, pad]) },
  });
  const nodes = [convolution("input", "features", [featureCount, 3, 3, 3], 1)];
  for (const [head, channels] of Object.entries(headNames)) {
    const shape = `${head}.shape`;
    initializers.push({ name: shape, dims: [3], data: BigInt64Array.from(reshapeTo(channels)) });
    nodes.push(
      convolution("features", `${head}.1`, [channels, featureCount, 1, 1], 0),
      convolution(`${head}.1`, `${head}.2`, [channels, 1, 3, 3], 1, channels),
      {
        opType: "Transpose",
        inputs: [`${head}.2`],
        outputs: [`${head}.t`],
        attributes: { perm: ints([0, 2, 3, 1]) },
      },
      { opType: "Reshape", inputs: [`${head}.t`, shape], outputs: [head] },
    );
  }
  return {
    name: "detector",
    inputs: [{ name: "input", dims: [1, 3, 8, 8] }],
    outputs: Object.entries(headNames).map(([name, channels]) => ({ name, dims: [1, 64, channels] })),
    initializers,
    nodes,
    opsets: { "": 11 },
  };
}

const image = (height: number, width: number) => ({
  dims: [1, 3, height, width],
  data: noise(3 * height * width, 5).map((value) => 127 * (value + 1)),
});

/** Expects two models to give the same outputs for an image. */
async function expectEqual(expected: Uint8Array, actual: Uint8Array, height: number, width: number) {
  const feeds = [image(height, width)];
  const [[wanted = []], [got = []]] = [await runModel(expected, feeds), await runModel(actual, feeds)];
  expect(wanted.length).toBeGreaterThan(0);
  expect(got.map(({ name, dims }) => [name, dims])).toEqual(wanted.map(({ name, dims }) => [name, dims]));
  for (const [index, { data }] of wanted.entries()) {
    expect(relativeDifference(data, got[index]?.data ?? new Float32Array(0))).toBeLessThan(1e-5);
  }
}

describe("a detector of one size", () => {
  const fixed = smallDetector((channels) => [1n, -1n, BigInt(channels)]);
  const resizable = makeDetectorResizable(encodeModel(fixed));

  test("gives the same numbers at that size", async () => {
    await expectEqual(encodeModel(fixed), resizable, 8, 8);
  });

  test("takes other sizes", async () => {
    const larger = {
      ...fixed,
      inputs: [{ name: "input", dims: [1, 3, 16, 24] }],
      outputs: fixed.outputs.map(({ name, dims }) => ({ name, dims: [1, 16 * 24, dims[2] ?? 0] })),
    };
    await expectEqual(encodeModel(larger), resizable, 16, 24);
  });

  test("computes the heads of a feature map together", () => {
    const { nodes } = decodeModel(resizable);
    expect(nodes.filter(({ opType }) => opType === "Conv")).toHaveLength(3);
    expect(nodes.filter(({ opType }) => opType === "Slice")).toHaveLength(3);
  });

  test("is refused where it computes with that size", () => {
    const rigid = smallDetector((channels) => [1n, 64n, BigInt(channels)]);
    expect(() => makeDetectorResizable(encodeModel(rigid))).toThrow(OnnxFormatError);
  });
});

/** Models for development lie beside a checkout; they are no part of it. */
const models = new URL("../../../../shared/models/", import.meta.url);
const published = new URL("face_detection_yunet_2023mar.onnx", models);
const dynamic = new URL("yunet_s_dynamic.onnx", models);
const hasModels = existsSync(published) && existsSync(dynamic);
if (!hasModels) console.warn(`Skipped: no YuNet models at ${models.pathname}`);

(hasModels ? describe : describe.skip)("YuNet (needs ../shared/models)", () => {
  test.each([
    ["the published size, as published", published, 640, 640],
    ["another size, as exported for any size", dynamic, 320, 480],
  ])("gives the same numbers at %s", async (_, reference, height, width) => {
    await expectEqual(readFileSync(reference), makeDetectorResizable(readFileSync(published)), height, width);
  });
});
