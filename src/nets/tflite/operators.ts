import { type Constant, constant, type Expression, int64s, operation, singles } from "../onnx/expression.ts";
import { int, ints, type OnnxAttribute } from "../onnx/model.ts";
import { permute } from "../onnx/permute.ts";
import { samePadding } from "../onnx/samePadding.ts";
import type { Table } from "./table.ts";
import { channelsFirst, channelsLast, planarOrder, type Tensor } from "./tensor.ts";

/** One operator of the model as its converter sees it. */
export interface Operator {
  /** An empty table where the operator has no options. */
  readonly options: Pick<Table, "byte" | "int">;
  readonly inputs: readonly Tensor[];
  /** Shape of the output, in TFLite's order. */
  readonly outputDims: readonly number[];
}

/** What an operator computes, and whether it is a picture in ONNX's order. */
export interface Converted {
  readonly source: Expression;
  readonly planar: boolean;
}

/** @throws RangeError with the reason where an operator of this form is not supported. */
type OperatorConverter = (operator: Operator) => Converted;

/** Converters by the schema's `BuiltinOperator`: those of MediaPipe's nets for faces and their landmarks. */
export const operators: Readonly<
  Record<number, { readonly name: string; readonly convert: OperatorConverter }>
> = {
  0: { name: "ADD", convert: add },
  2: { name: "CONCATENATION", convert: concatenation },
  3: { name: "CONV_2D", convert: convolution },
  4: { name: "DEPTHWISE_CONV_2D", convert: depthwiseConvolution },
  6: { name: "DEQUANTIZE", convert: dequantize },
  14: { name: "LOGISTIC", convert: logistic },
  17: { name: "MAX_POOL_2D", convert: maxPool },
  19: { name: "RELU", convert: relu },
  22: { name: "RESHAPE", convert: reshape },
  34: { name: "PAD", convert: pad },
  54: { name: "PRELU", convert: prelu },
};

function add({ options, inputs }: Operator): Converted {
  refuseActivation(options.byte(0));
  // In one order: ONNX's where any is a picture in it.
  const planar = inputs.some((tensor) => tensor.planar);
  return { source: operation("Add", inputs.map(planar ? channelsFirst : channelsLast)), planar };
}

function concatenation({ options, inputs, outputDims }: Operator): Converted {
  const axis = options.int(0);
  refuseActivation(options.byte(1));
  const fromStart = axis < 0 ? axis + outputDims.length : axis;
  return { source: operation("Concat", inputs.map(channelsLast), { axis: int(fromStart) }), planar: false };
}

function relu({ inputs }: Operator): Converted {
  const { source, planar } = input(inputs, 0);
  return { source: operation("Relu", [source]), planar };
}

function logistic({ inputs }: Operator): Converted {
  const { source, planar } = input(inputs, 0);
  return { source: operation("Sigmoid", [source]), planar };
}

function convolution({ options, inputs, outputDims }: Operator): Converted {
  const weights = constantInput(inputs, 1);
  const [, height = 1, width = 1] = weights.dims;
  const window = slidingWindow(input(inputs, 0).dims, outputDims, {
    padding: options.byte(0),
    strides: [options.int(2, 1), options.int(1, 1)],
    kernel: [height, width],
    dilations: [options.int(5, 1), options.int(4, 1)],
  });
  // Weights are outputs x height x width x inputs.
  const operands = [channelsFirst(input(inputs, 0)), permute(weights, [0, 3, 1, 2]), ...bias(inputs)];
  refuseActivation(options.byte(3));
  return { source: operation("Conv", operands, window), planar: true };
}

function depthwiseConvolution({ options, inputs, outputDims }: Operator): Converted {
  const weights = constantInput(inputs, 1);
  const [, height = 1, width = 1] = weights.dims;
  const window = slidingWindow(input(inputs, 0).dims, outputDims, {
    padding: options.byte(0),
    strides: [options.int(2, 1), options.int(1, 1)],
    kernel: [height, width],
    dilations: [options.int(6, 1), options.int(5, 1)],
  });
  const group = int(input(inputs, 0).dims.at(-1) as number);
  // How many outputs a channel has follows from the weights, which are 1 x height x width x outputs.
  options.int(3);
  const operands = [channelsFirst(input(inputs, 0)), permute(weights, [3, 0, 1, 2]), ...bias(inputs)];
  refuseActivation(options.byte(4));
  return { source: operation("Conv", operands, { ...window, group }), planar: true };
}

function bias(inputs: readonly Tensor[]): Constant[] {
  return inputs.length > 2 ? [constantInput(inputs, 2)] : [];
}

function maxPool({ options, inputs, outputDims }: Operator): Converted {
  const { dilations: _, ...window } = slidingWindow(input(inputs, 0).dims, outputDims, {
    padding: options.byte(0),
    strides: [options.int(2, 1), options.int(1, 1)],
    kernel: [options.int(4, 1), options.int(3, 1)],
    dilations: [1, 1],
  });
  refuseActivation(options.byte(5));
  return { source: operation("MaxPool", [channelsFirst(input(inputs, 0))], window), planar: true };
}

/** By height and width. */
interface SlidingWindow {
  /** Of the schema's `Padding`. */
  readonly padding: number;
  readonly strides: readonly [number, number];
  readonly kernel: readonly [number, number];
  readonly dilations: readonly [number, number];
}

/** The schema's `Padding`: as much as makes the output the input's size divided by the stride, or none. */
const paddings: Readonly<Record<number, "same" | "valid">> = { 0: "same", 1: "valid" };

function slidingWindow(
  inputDims: readonly number[],
  outputDims: readonly number[],
  { padding, strides, kernel, dilations }: SlidingWindow,
): Record<"kernel_shape" | "strides" | "pads" | "dilations", OnnxAttribute> {
  const way = paddings[padding];
  if (way === undefined) throw new RangeError(`padding ${padding} is not supported`);
  const padded = ([0, 1] as const).map((axis) =>
    way === "valid"
      ? ([0, 0] as const)
      : samePadding(inputDims[axis + 1] as number, outputDims[axis + 1] as number, {
          kernel: kernel[axis],
          stride: strides[axis],
          dilation: dilations[axis],
        }),
  );
  return {
    kernel_shape: ints(kernel),
    strides: ints(strides),
    pads: ints([...padded.map(([before]) => before), ...padded.map(([, after]) => after)]),
    dilations: ints(dilations),
  };
}

/** @throws RangeError where TFLite fused an activation into the operator (the schema's `ActivationFunctionType`). */
function refuseActivation(activation: number): void {
  if (activation !== 0) throw new RangeError(`the fused activation ${activation} is not supported`);
}

function prelu({ inputs }: Operator): Converted {
  const slopes = constantInput(inputs, 1);
  if (slopes.data.length !== slopes.dims.at(-1))
    throw new RangeError("slopes within a channel are not supported");
  const byChannel = constant(slopes.data, [slopes.data.length, 1, 1]);
  return { source: operation("PRelu", [channelsFirst(input(inputs, 0)), byChannel]), planar: true };
}

/** Half precision was widened on reading. */
function dequantize({ inputs }: Operator): Converted {
  return { source: constantInput(inputs, 0), planar: false };
}

function reshape({ options, inputs, outputDims }: Operator): Converted {
  // Where the options tell the shape, it is the output's.
  options.int(0);
  const source = operation("Reshape", [channelsLast(input(inputs, 0)), int64s(outputDims)]);
  return { source, planar: false };
}

function pad({ inputs }: Operator): Converted {
  const { source, dims, planar } = input(inputs, 0);
  const amounts = singles(constantInput(inputs, 1));
  const ordered = (list: readonly number[]) => (planar ? planarOrder(list) : list);
  const before = ordered(dims.map((_, axis) => amounts[2 * axis] as number));
  const after = ordered(dims.map((_, axis) => amounts[2 * axis + 1] as number));
  return { source: operation("Pad", [source, int64s([...before, ...after])]), planar };
}

function input(inputs: readonly Tensor[], index: number): Tensor {
  const tensor = inputs[index];
  if (tensor === undefined) throw new RangeError(`input ${index} is missing`);
  return tensor;
}

function constantInput(inputs: readonly Tensor[], index: number): Constant {
  const { source } = input(inputs, index);
  if (source.kind !== "constant") throw new RangeError(`input ${index} must be a constant`);
  return source;
}
