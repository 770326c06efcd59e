import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { noise, relativeDifference, runModel } from "../../../test/support/onnx/runModel.ts";
import { convertOpenVinoModel } from "./convert.ts";

/** Models of Open Model Zoo lie beside a checkout, with conversions by another tool; they are no part of it. */
const models = new URL("../../../../shared/models/", import.meta.url);
const hasModels = existsSync(new URL("omz/", models)) && existsSync(new URL("reference-onnx/", models));
if (!hasModels) console.warn(`Skipped: no models of Open Model Zoo at ${models.pathname}`);

(hasModels ? describe : describe.skip)("converted as another tool does (needs ../shared/models)", () => {
  test.each([
    ["age-gender-recognition-retail-0013", "FP16-INT8", 62],
    ["face-reidentification-retail-0095", "FP16", 128],
    ["head-pose-estimation-adas-0001", "FP16", 60],
    ["landmarks-regression-retail-0009", "FP16", 48],
    ["open-closed-eye-0001", "FP32", 32],
  ])("%s %s", async (name, precision, size) => {
    const file = (extension: string) =>
      readFileSync(new URL(`omz/${name}/${precision}/${name}.${extension}`, models));
    const converted = convertOpenVinoModel(file("xml"), file("bin"), name);
    const reference = readFileSync(new URL(`reference-onnx/${name}.onnx`, models));

    const pixels = 3 * size * size;
    const images = noise(2 * pixels).map((value) => 127.5 * (value + 1));
    const single = [images.slice(0, pixels), images.slice(pixels)].map((data) => ({
      dims: [1, 3, size, size],
      data,
    }));
    const expected = await runModel(reference, single);
    const [actual] = await runModel(converted, [{ dims: [2, 3, size, size], data: images }]);

    expect(actual?.map((output) => output.name)).toEqual(expected[0]?.map((output) => output.name));
    for (const [index, { data }] of (actual ?? []).entries()) {
      const both = expected.flatMap((outputs) => [...(outputs[index]?.data ?? [])]);
      expect(relativeDifference(new Float32Array(both), data)).toBeLessThan(1e-4);
    }
  });
});
