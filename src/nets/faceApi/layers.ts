import { type Expression, operation, type Value } from "../onnx/expression.ts";
import { GraphWriter } from "../onnx/graphWriter.ts";
import { int, ints, type OnnxAttribute, type OnnxGraph, type OnnxValue } from "../onnx/model.ts";
import { permute } from "../onnx/permute.ts";
import { samePadding } from "../onnx/samePadding.ts";
import { FaceApiError } from "./error.ts";
import type { Weights } from "./weights.ts";

/**
 * Writes a net layer by layer, with the weights that the layers are named for. Pictures are 1 x C x H x W; windows are
 * padded as TensorFlow's `SAME` pads them.
 */
export class Layers {
  readonly #weights: Weights;
  readonly #writer = new GraphWriter();
  readonly #inputs: OnnxValue[] = [];
  readonly #outputs: OnnxValue[] = [];
  readonly #values: OnnxValue[] = [];

  constructor(weights: Weights) {
    this.#weights = weights;
  }

  input(name: string, dims: readonly number[]): Value {
    const value = { name: this.#writer.unique(name), dims };
    this.#inputs.push(value);
    return { kind: "value", ...value };
  }

  output(name: string, { dims, ...value }: Value): void {
    const taken = this.#writer.unique(name);
    this.#writer.emit(operation("Identity", [{ dims, ...value }]), taken);
    this.#outputs.push({ name: taken, dims });
  }

  relu(picture: Value): Value {
    return this.#emit("Relu", [picture], picture.dims);
  }

  add(one: Value, other: Value): Value {
    return this.#emit("Add", [one, other], one.dims);
  }

  /** By its square window's `kernel` and `stride`. */
  maxPool(picture: Value, kernel: number, stride: number): Value {
    const { dims, window } = slide(picture, kernel, stride);
    return this.#emit("MaxPool", [picture], dims, window);
  }

  /** With the tensors `<name>/filters` and `<name>/bias`. */
  convolution(picture: Value, name: string, stride: number): Value {
    return this.#convolve(picture, `${name}/filters`, `${name}/bias`, stride);
  }

  /** A convolution within each channel, then one across them: `<name>/depthwise_filter`, `/pointwise_filter`, `/bias`. */
  separableConvolution(picture: Value, name: string, stride: number): Value {
    const filter = `${name}/depthwise_filter`;
    const weights = this.#weights.take(filter, 4);
    const [kernel = 0, , channels = 0, multiplier] = weights.dims;
    if (multiplier !== 1 || channels !== picture.dims[1]) throw new FaceApiError(`${filter} does not fit`);
    const { dims, window } = slide(picture, kernel, stride);
    const operands = [picture, permute(weights, [2, 3, 0, 1])];
    const within = this.#emit("Conv", operands, dims, { ...window, group: int(channels) });
    return this.#convolve(within, `${name}/pointwise_filter`, `${name}/bias`, 1);
  }

  /** The mean of each channel: 1 x C. */
  mean(picture: Value): Value {
    const [, channels = 0] = picture.dims;
    const pooled = this.#emit("GlobalAveragePool", [picture], [1, channels, 1, 1]);
    return this.#emit("Flatten", [pooled], [1, channels]);
  }

  /** Every output from every number of a row: `<name>/weights` and `/bias`. */
  fullyConnected(row: Value, name: string): Value {
    const weights = this.#weights.take(`${name}/weights`, 2);
    if (weights.dims[0] !== row.dims[1]) throw new FaceApiError(`${name}/weights does not fit`);
    const bias = this.#weights.take(`${name}/bias`, 1);
    return this.#emit("Gemm", [row, weights, bias], [1, weights.dims[1] as number]);
  }

  softmax(row: Value): Value {
    return this.#emit("Softmax", [row], row.dims);
  }

  /** @throws FaceApiError where weights are left over. */
  graph(): OnnxGraph {
    this.#weights.finish();
    return {
      name: "",
      inputs: this.#inputs,
      outputs: this.#outputs,
      initializers: this.#writer.initializers,
      values: this.#values,
      nodes: this.#writer.nodes,
    };
  }

  #convolve(picture: Value, filter: string, bias: string, stride: number): Value {
    const weights = this.#weights.take(filter, 4);
    const [kernel = 0, , channels, outputs = 0] = weights.dims;
    if (channels !== picture.dims[1]) throw new FaceApiError(`${filter} does not fit`);
    const { dims, window } = slide(picture, kernel, stride);
    // Filters are height x width x inputs x outputs.
    const operands = [picture, permute(weights, [3, 2, 0, 1]), this.#weights.take(bias, 1)];
    return this.#emit("Conv", operands, dims.with(1, outputs), window);
  }

  #emit(
    opType: string,
    inputs: readonly Expression[],
    dims: readonly number[],
    attributes?: Readonly<Record<string, OnnxAttribute>>,
  ): Value {
    const name = this.#writer.unique(opType);
    this.#writer.emit(operation(opType, inputs, attributes), name);
    this.#values.push({ name, dims });
    return { kind: "value", name, dims };
  }
}

/** What a square window makes of a picture's shape, and how ONNX describes it. */
function slide({ dims }: Value, kernel: number, stride: number) {
  const padded = dims.slice(2).map((size) => {
    const output = Math.ceil(size / stride);
    return { output, pads: samePadding(size, output, { kernel, stride, dilation: 1 }) };
  });
  return {
    dims: [...dims.slice(0, 2), ...padded.map(({ output }) => output)],
    window: {
      kernel_shape: ints([kernel, kernel]),
      strides: ints([stride, stride]),
      pads: ints([...padded.map(({ pads }) => pads[0]), ...padded.map(({ pads }) => pads[1])]),
    },
  };
}
