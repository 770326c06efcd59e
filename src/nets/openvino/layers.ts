import {
  type Constant,
  constant,
  type Expression,
  int64s,
  operation,
  singles,
  type Value,
} from "../onnx/expression.ts";
import { int, ints, type OnnxAttribute } from "../onnx/model.ts";
import type { LayerAttributes } from "./attributes.ts";
import { quantiseConstant, quantiseValue } from "./fakeQuantize.ts";

/** One layer of the IR as its converter sees it. */
export interface Layer {
  readonly attributes: LayerAttributes;
  readonly inputs: readonly (Value | Constant)[];
  /** Shape of the first output, for a batch of one. */
  readonly outputDims: readonly number[];
}

/**
 * What a layer computes, as ONNX operators.
 *
 * @throws RangeError with the reason where a layer of this form is not supported.
 */
export type LayerConverter = (layer: Layer) => Expression;

const explicitPadding = { explicit: true, notset: true };
const numpyBroadcast = { numpy: true, none: true };

/** Converters by layer type, for OpenVINO's opset1 to opset8. */
export const layerConverters: Readonly<Record<string, LayerConverter>> = {
  Add: elementwise("Add"),
  Multiply: elementwise("Mul"),
  Subtract: elementwise("Sub"),
  ReLU: ({ inputs }) => operation("Relu", [value(inputs, 0)]),
  Sigmoid: ({ inputs }) => operation("Sigmoid", [value(inputs, 0)]),

  AvgPool: ({ attributes, inputs }) => {
    const excludePad = attributes.choice("exclude-pad", { true: 1, false: 0 });
    attributes.choice("rounding_type", { floor: true }, "floor");
    return operation("AveragePool", [value(inputs, 0)], {
      kernel_shape: ints(attributes.integers("kernel")),
      ...window(attributes),
      count_include_pad: int(1 - excludePad),
    });
  },

  Convert: ({ attributes, inputs }) => {
    attributes.choice("destination_type", { f16: true, f32: true });
    const [input] = inputs;
    if (input?.kind !== "constant") return value(inputs, 0);
    return constant(singles(input), input.dims);
  },

  Convolution: ({ attributes, inputs }) =>
    convolution(attributes, value(inputs, 0), constantInput(inputs, 1), 1),

  FakeQuantize: ({ attributes, inputs }) => {
    attributes.choice("auto_broadcast", numpyBroadcast, "numpy");
    const quantisation = {
      levels: attributes.integer("levels"),
      inputLow: constantInput(inputs, 1),
      inputHigh: constantInput(inputs, 2),
      outputLow: constantInput(inputs, 3),
      outputHigh: constantInput(inputs, 4),
    };
    const [input] = inputs;
    return input?.kind === "constant"
      ? quantiseConstant(input, quantisation)
      : quantiseValue(value(inputs, 0), quantisation);
  },

  // Weights are groups x (outputs per group) x (inputs per group) x kernel; ONNX joins the first two.
  GroupConvolution: ({ attributes, inputs }) => {
    const weights = constantInput(inputs, 1);
    const [groups = 1, outputs = 1, ...rest] = weights.dims;
    return convolution(
      attributes,
      value(inputs, 0),
      constant(weights.data, [groups * outputs, ...rest]),
      groups,
    );
  },

  MatMul: ({ attributes, inputs }) => {
    attributes.choice("transpose_a", { false: true }, "false");
    const transposed = attributes.choice("transpose_b", { false: false, true: true }, "false");
    const left = value(inputs, 0);
    const right = constantInput(inputs, 1);
    if (left.dims.length !== 2) throw new RangeError("only a product of matrices is supported");
    return operation("MatMul", [left, transposed ? transpose(right) : right]);
  },

  MaxPool: ({ attributes, inputs }) => {
    const input = value(inputs, 0);
    const ceil = attributes.choice("rounding_type", { floor: 0, ceil: 1 }, "floor");
    // About the second output, the positions of the maxima, which nobody may read.
    attributes.ignore("axis");
    attributes.ignore("index_element_type");
    return operation("MaxPool", [input], {
      kernel_shape: ints(attributes.integers("kernel")),
      ...window(attributes),
      dilations: ints(attributes.integers("dilations", [1, 1])),
      ceil_mode: int(ceil),
    });
  },

  // The slope of OpenVINO belongs to the channels, the one of ONNX is broadcast from the right.
  PReLU: ({ inputs }) => {
    const input = value(inputs, 0);
    const { data } = constantInput(inputs, 1);
    const spatial = input.dims.slice(2).map(() => 1);
    return operation("PRelu", [input, constant(data, [data.length, ...spatial])]);
  },

  // The IR holds the resulting shape, so that the requested one need not be evaluated.
  Reshape: ({ attributes, inputs, outputDims }) => {
    attributes.ignore("special_zero");
    constantInput(inputs, 1);
    const input = value(inputs, 0);
    if (outputDims[0] !== input.dims[0]) throw new RangeError("a change of the batch is not supported");
    const copyOfInputDim = 0;
    const shape = [copyOfInputDim, ...outputDims.slice(1)];
    return operation("Reshape", [input, int64s(shape)]);
  },

  SoftMax: ({ attributes, inputs }) => {
    const input = value(inputs, 0);
    const axis = attributes.integer("axis", 1);
    if (axis === 0 || axis === -input.dims.length)
      throw new RangeError("a softmax of the batch is not supported");
    return operation("Softmax", [input], { axis: int(axis) });
  },
};

function elementwise(opType: string): LayerConverter {
  return ({ attributes, inputs }) => {
    attributes.choice("auto_broadcast", numpyBroadcast, "numpy");
    if (inputs.every(({ kind }) => kind === "constant")) throw new RangeError("reads constants only");
    return operation(opType, inputs);
  };
}

function convolution(
  attributes: LayerAttributes,
  input: Value,
  weights: Constant,
  group: number,
): Expression {
  if (attributes.integers("output_padding", [0]).some((padding) => padding !== 0)) {
    throw new RangeError("an output_padding is not supported");
  }
  return operation("Conv", [input, weights], {
    kernel_shape: ints(weights.dims.slice(2)),
    ...window(attributes),
    dilations: ints(attributes.integers("dilations")),
    group: int(group),
  });
}

/** Strides and padding of a sliding window. */
function window(attributes: LayerAttributes): Record<"strides" | "pads", OnnxAttribute> {
  attributes.choice("auto_pad", explicitPadding, "explicit");
  return {
    strides: ints(attributes.integers("strides")),
    pads: ints([...attributes.integers("pads_begin"), ...attributes.integers("pads_end")]),
  };
}

function transpose(matrix: Constant): Constant {
  const [rows, columns] = matrix.dims;
  if (rows === undefined || columns === undefined || matrix.dims.length !== 2) {
    throw new RangeError("only a matrix can be transposed");
  }
  const data = singles(matrix);
  const result = new Float32Array(data.length);
  for (const [index, element] of data.entries()) {
    result[(index % columns) * rows + Math.floor(index / columns)] = element;
  }
  return constant(result, [columns, rows]);
}

function value(inputs: Layer["inputs"], index: number): Value {
  const input = inputs[index];
  if (input?.kind !== "value") throw new RangeError(`input ${index} must be a value of run time`);
  return input;
}

function constantInput(inputs: Layer["inputs"], index: number): Constant {
  const input = inputs[index];
  if (input?.kind !== "constant") throw new RangeError(`input ${index} must be a constant`);
  return input;
}
