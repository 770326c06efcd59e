import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { zipSync } from "fflate";
import { runModel } from "../../../test/support/onnx/runModel.ts";
import { convertFaceLandmarker } from "./convert.ts";

/** MediaPipe's models lie beside a checkout; they are no part of it. */
const task = new URL("../../../../shared/models/face_landmarker.task", import.meta.url);
const hasTask = existsSync(task);
if (!hasTask) console.warn(`Skipped: no ${task.pathname}`);

const size = 256;

/** A drawn face: skin, brows, eyes with irises, nose and mouth as ellipses. Channel by channel, 0 to 1. */
function drawnFace(): Float32Array {
  const ellipses = [
    { x: 128, y: 128, width: 62, height: 80, colour: [0.85, 0.65, 0.55] },
    ...[100, 156].flatMap((x) => [
      { x, y: 88, width: 17, height: 4, colour: [0.25, 0.15, 0.1] },
      { x, y: 104, width: 14, height: 7, colour: [0.95, 0.95, 0.95] },
      { x, y: 104, width: 6, height: 6, colour: [0.2, 0.15, 0.1] },
    ]),
    { x: 128, y: 140, width: 9, height: 6, colour: [0.7, 0.45, 0.4] },
    { x: 128, y: 168, width: 24, height: 8, colour: [0.7, 0.25, 0.25] },
  ];
  const planes = new Float32Array(3 * size * size).fill(0.4);
  for (const { x, y, width, height, colour } of ellipses) {
    for (let at = 0; at < size * size; at++) {
      const along = ((at % size) - x) / width;
      const down = (Math.floor(at / size) - y) / height;
      if (along * along + down * down > 1) continue;
      for (const [channel, value] of colour.entries()) planes[channel * size * size + at] = value;
    }
  }
  return planes;
}

/** What TensorFlow's own interpreter (2.21, one thread) answers to the drawn face: every 59th coordinate, two scores. */
const reference = {
  Identity: [
    128.9989, -27.8701, 158.8729, 118.3102, -3.9046, 143.9959, 86.7648, 38.3506, 101.1121, 68.0968, -15.9988,
    157.2863, 120.8131, 11.3578, 129.927, 154.3453, -14.2265, 82.9905, 132.0647, 7.279, 148.6511, 138.9494,
    1.8543, 114.1477, 99.3649,
  ],
  Identity_1: [12.9002],
  Identity_2: [0.8425],
};

(hasTask ? test : test.skip)(
  "a converted net answers as TensorFlow does (needs ../shared/models)",
  async () => {
    const model = convertFaceLandmarker(readFileSync(task));
    const [outputs] = await runModel(model, [{ dims: [1, 3, size, size], data: drawnFace() }]);
    expect(outputs?.map(({ name, dims }) => [name, ...dims])).toEqual([
      ["Identity", 1, 1, 1, 1434],
      ["Identity_1", 1, 1, 1, 1],
      ["Identity_2", 1, 1],
    ]);
    for (const { name, data } of outputs ?? []) {
      const expected = reference[name as keyof typeof reference];
      const actual = [...data].filter((_, index) => index % 59 === 0);
      expect(actual).toHaveLength(expected.length);
      for (const [index, value] of expected.entries()) expect(actual[index]).toBeCloseTo(value, 2);
    }
  },
);

test("an archive without the net is refused", () => {
  expect(() => convertFaceLandmarker(zipSync({ "other.tflite": new Uint8Array(4) }))).toThrow(
    /holds no face_landmarks_detector\.tflite/,
  );
});
