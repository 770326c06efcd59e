import { describe, expect, test } from "@jest/globals";
import {
  ageGenderShapes,
  expressionShapes,
  type FaceApiTensor,
  writeFaceApiFiles,
} from "../../../test/support/onnx/faceApiFiles.ts";
import { noise, runModel } from "../../../test/support/onnx/runModel.ts";
import { convertAgeGenderNet, convertExpressionNet } from "./convert.ts";
import { FaceApiError } from "./error.ts";

const size = 112;

/**
 * Made-up tensors of given shapes; the filters are quantised, as in face-api's files. Last weights are small, so that no
 * probability drowns the others.
 */
function tensorsOf(shapes: readonly [string, number[]][]): FaceApiTensor[] {
  return shapes.map(([name, shape], index) => {
    const numbers = noise(
      shape.reduce((product, dim) => product * dim, 1),
      index + 1,
    );
    if (name.startsWith("fc")) return { name, shape, data: numbers.map((value) => value / 1000) };
    if (shape.length === 1) return { name, shape, data: numbers };
    // Steps that single precision holds exactly.
    const quantization = { dtype: "uint8", scale: 1 / 128, min: -1 } as const;
    return {
      name,
      shape,
      quantization,
      data: numbers.map((value) => Math.min(255, Math.round((value + 1) * 128)) / 128 - 1),
    };
  });
}

/** A picture as TensorFlow keeps it: pixel by pixel. */
interface Picture {
  readonly side: number;
  readonly channels: number;
  readonly data: Float64Array;
}

/** The operators of TensorFlow that face-api's nets are made of, as slowly as they are defined. */
class Reference {
  readonly #tensors: ReadonlyMap<string, FaceApiTensor>;

  constructor(tensors: readonly FaceApiTensor[]) {
    this.#tensors = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  }

  separable(x: Picture, name: string, stride: number): Picture {
    const { shape, data } = this.#tensor(`${name}/depthwise_filter`);
    const within = slide(x, 3, stride, shape[2] as number, (read) => (channel) => {
      let sum = 0;
      for (let at = 0; at < 9; at++) {
        sum += read(at, channel) * (data[at * x.channels + channel] as number);
      }
      return sum;
    });
    return this.#across(within, `${name}/pointwise_filter`, `${name}/bias`, 1);
  }

  convolution(x: Picture, name: string, stride: number): Picture {
    return this.#across(x, `${name}/filters`, `${name}/bias`, stride);
  }

  meanThen(x: Picture, name: string): number[] {
    const { shape, data } = this.#tensor(`${name}/weights`);
    const outputs = shape[1] as number;
    const means = Array.from({ length: x.channels }, (_, channel) => {
      let sum = 0;
      for (let pixel = 0; pixel < x.side ** 2; pixel++) sum += x.data[pixel * x.channels + channel] as number;
      return sum / x.side ** 2;
    });
    return [...this.#tensor(`${name}/bias`).data].map((bias, output) =>
      means.reduce((sum, value, channel) => sum + value * (data[channel * outputs + output] as number), bias),
    );
  }

  #across(x: Picture, filter: string, bias: string, stride: number): Picture {
    const { shape, data } = this.#tensor(filter);
    const [kernel = 0, , , outputs = 0] = shape;
    const biases = this.#tensor(bias).data;
    return slide(x, kernel, stride, outputs, (read) => (output) => {
      let sum = biases[output] as number;
      for (let at = 0; at < kernel ** 2; at++) {
        for (let channel = 0; channel < x.channels; channel++) {
          sum += read(at, channel) * (data[(at * x.channels + channel) * outputs + output] as number);
        }
      }
      return sum;
    });
  }

  #tensor(name: string): FaceApiTensor {
    const tensor = this.#tensors.get(name);
    if (tensor === undefined) throw new Error(`There is no ${name}`);
    return tensor;
  }
}

/** Reads a number of the window by its place in it, row by row, and the channel; outside the picture is `outside`. */
type WindowReader = (at: number, channel: number) => number;

function slide(
  x: Picture,
  kernel: number,
  stride: number,
  outputs: number,
  compute: (read: WindowReader) => (output: number) => number,
  outside = 0,
): Picture {
  const side = Math.ceil(x.side / stride);
  const before = Math.floor(Math.max(0, (side - 1) * stride + kernel - x.side) / 2);
  const data = new Float64Array(side * side * outputs);
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const value = compute((at, channel) => {
        const y = row * stride + Math.floor(at / kernel) - before;
        const from = column * stride + (at % kernel) - before;
        if (y < 0 || from < 0 || y >= x.side || from >= x.side) return outside;
        return x.data[(y * x.side + from) * x.channels + channel] as number;
      });
      for (let output = 0; output < outputs; output++) {
        data[(row * side + column) * outputs + output] = value(output);
      }
    }
  }
  return { side, channels: outputs, data };
}

const relu = (x: Picture): Picture => ({ ...x, data: x.data.map((value) => Math.max(0, value)) });

const add = (x: Picture, ...others: readonly Picture[]): Picture => ({
  ...x,
  data: x.data.map((value, at) => others.reduce((sum, { data }) => sum + (data[at] as number), value)),
});

const maxPool = (x: Picture): Picture =>
  slide(
    x,
    3,
    2,
    x.channels,
    (read) => (channel) => Math.max(...Array.from({ length: 9 }, (_, at) => read(at, channel))),
    Number.NEGATIVE_INFINITY,
  );

function softmax(logits: readonly number[]): number[] {
  const exponentials = logits.map((logit) => Math.exp(logit - Math.max(...logits)));
  const sum = exponentials.reduce((total, value) => total + value, 0);
  return exponentials.map((value) => value / sum);
}

const planes = noise(3 * size * size, 99);
const image: Picture = {
  side: size,
  channels: 3,
  data: Float64Array.from(planes, (_, at) => planes[(at % 3) * size * size + Math.floor(at / 3)] as number),
};

async function run(model: Uint8Array): Promise<Record<string, number[]>> {
  const [outputs] = await runModel(model, [{ dims: [1, 3, size, size], data: planes }]);
  return Object.fromEntries((outputs ?? []).map(({ name, data }) => [name, [...data]]));
}

function expectClose(actual: readonly number[] | undefined, expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  for (const [index, value] of expected.entries()) {
    expect(Math.abs((actual?.[index] ?? Number.NaN) - value)).toBeLessThan(
      1e-4 * Math.max(1, Math.abs(value)),
    );
  }
}

describe("convertAgeGenderNet", () => {
  const tensors = tensorsOf(ageGenderShapes({ entry: 3, middle: 2, exit: 4 }));
  const { manifest, bin } = writeFaceApiFiles(tensors);

  test("computes what face-api's code computes", async () => {
    const net = new Reference(tensors);
    const reduce = (x: Picture, seen: Picture, name: string) => {
      const first = net.separable(seen, `${name}/separable_conv0`, 1);
      const second = net.separable(relu(first), `${name}/separable_conv1`, 1);
      return add(maxPool(second), net.convolution(x, `${name}/expansion_conv`, 2));
    };
    let x = relu(net.convolution(image, "entry_flow/conv_in", 2));
    x = reduce(x, x, "entry_flow/reduction_block_0");
    x = reduce(x, relu(x), "entry_flow/reduction_block_1");
    for (const block of ["middle_flow/main_block_0", "middle_flow/main_block_1"]) {
      let branch = x;
      for (const layer of [0, 1, 2]) {
        branch = net.separable(relu(branch), `${block}/separable_conv${layer}`, 1);
      }
      x = add(branch, x);
    }
    x = reduce(x, relu(x), "exit_flow/reduction_block");
    x = relu(net.separable(x, "exit_flow/separable_conv", 1));
    const outputs = await run(convertAgeGenderNet(manifest, bin));
    expectClose(outputs.age, net.meanThen(x, "fc/age"));
    expectClose(outputs.gender, softmax(net.meanThen(x, "fc/gender")));
    expect(Math.max(...(outputs.gender ?? []))).toBeLessThan(0.95);
  });

  test.each<[string, readonly FaceApiTensor[], RegExp]>([
    ["lacks a tensor", tensors.slice(1), /no tensor entry_flow\/conv_in\/filters of 4 axes/],
    [
      "has one too many",
      [...tensors, { name: "more", shape: [1], data: new Float32Array(1) }],
      /more has no place/,
    ],
    [
      "has layers that do not fit",
      tensors.map((tensor) =>
        tensor.name === "exit_flow/separable_conv/depthwise_filter"
          ? { ...tensor, shape: [3, 3, 2, 2] }
          : tensor,
      ),
      /separable_conv\/depthwise_filter does not fit/,
    ],
  ])("refuses a net that %s", (_, net, message) => {
    const files = writeFaceApiFiles(net);
    const convert = () => convertAgeGenderNet(files.manifest, files.bin);
    expect(convert).toThrow(FaceApiError);
    expect(convert).toThrow(message);
  });

  test("refuses weights that end early or go on, and what is no manifest", () => {
    expect(() => convertAgeGenderNet(manifest, bin.subarray(1))).toThrow(/the file has/);
    expect(() => convertAgeGenderNet(manifest, Buffer.concat([bin, bin]))).toThrow(/the file has/);
    for (const text of ["", "[]", "{}", '[{"weights":[{"name":"a","shape":[1],"dtype":"int32"}]}]']) {
      const convert = () => convertAgeGenderNet(new TextEncoder().encode(text), bin);
      expect(convert).toThrow(FaceApiError);
      expect(convert).toThrow(/no manifest/);
    }
  });
});

test("convertExpressionNet computes what face-api's code computes", async () => {
  const tensors = tensorsOf(expressionShapes([2, 3, 2, 4]));
  const net = new Reference(tensors);
  let x = image;
  for (const block of ["dense0", "dense1", "dense2", "dense3"]) {
    const name = `${block}/conv0`;
    const one = relu(block === "dense0" ? net.convolution(x, name, 2) : net.separable(x, name, 2));
    const two = net.separable(one, `${block}/conv1`, 1);
    const three = net.separable(relu(add(one, two)), `${block}/conv2`, 1);
    const four = net.separable(relu(add(one, two, three)), `${block}/conv3`, 1);
    x = relu(add(one, two, three, four));
  }
  const { manifest, bin } = writeFaceApiFiles(tensors);
  const { expressions } = await run(convertExpressionNet(manifest, bin));
  expectClose(expressions, softmax(net.meanThen(x, "fc")));
  expect(Math.max(...(expressions ?? []))).toBeLessThan(0.95);
});
