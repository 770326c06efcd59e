import {
  type Constant,
  constant,
  type Expression,
  operation,
  scalar,
  singles,
  type Value,
} from "../onnx/expression.ts";

/** Number of quantisation levels, and the ranges of input and output (`FakeQuantize-1` of OpenVINO's opset). */
export interface Quantisation<Bound> {
  readonly levels: number;
  readonly inputLow: Bound;
  readonly inputHigh: Bound;
  readonly outputLow: Bound;
  readonly outputHigh: Bound;
}

/**
 * Quantises a constant once and for all.
 *
 * @throws RangeError for ranges that differ along other axes than the first, which is the output of a convolution.
 */
export function quantiseConstant(x: Constant, by: Quantisation<Constant>): Constant {
  const [channels = 1] = x.dims;
  const bounds = {
    inputLow: perChannel(by.inputLow, channels),
    inputHigh: perChannel(by.inputHigh, channels),
    outputLow: perChannel(by.outputLow, channels),
    outputHigh: perChannel(by.outputHigh, channels),
  };
  const data = singles(x).slice();
  const size = data.length / channels;
  for (let channel = 0; channel < channels; channel++) {
    const quantise = quantiser({
      levels: by.levels,
      inputLow: bounds.inputLow(channel),
      inputHigh: bounds.inputHigh(channel),
      outputLow: bounds.outputLow(channel),
      outputHigh: bounds.outputHigh(channel),
    });
    const weights = data.subarray(channel * size, (channel + 1) * size);
    for (const [index, weight] of weights.entries()) weights[index] = quantise(weight);
  }
  return constant(data, x.dims);
}

/**
 * Quantisation at run time, where the ranges are those of the whole tensor and ascend, as they do for
 * activations.
 *
 * @throws RangeError for other ranges.
 */
export function quantiseValue(x: Value, by: Quantisation<Constant>): Expression {
  const inputLow = single(by.inputLow);
  const inputHigh = single(by.inputHigh);
  const outputLow = single(by.outputLow);
  const outputHigh = single(by.outputHigh);
  if (!(inputLow < inputHigh)) throw new RangeError("an input range that does not ascend is not supported");
  const clipped = operation("Clip", [x, scalar(inputLow), scalar(inputHigh)]);
  const shifted = inputLow === 0 ? clipped : operation("Sub", [clipped, scalar(inputLow)]);
  const toLevels = scalar((by.levels - 1) / (inputHigh - inputLow));
  const level = operation("Round", [operation("Mul", [shifted, toLevels])]);
  const scaled = operation("Mul", [level, scalar((outputHigh - outputLow) / (by.levels - 1))]);
  return outputLow === 0 ? scaled : operation("Add", [scaled, scalar(outputLow)]);
}

/** The definition of the operation, for one number. */
function quantiser({ levels, inputLow, inputHigh, outputLow, outputHigh }: Quantisation<number>) {
  const lowest = Math.min(inputLow, inputHigh);
  const highest = Math.max(inputLow, inputHigh);
  return (x: number): number => {
    if (x <= lowest) return outputLow;
    if (x > highest) return outputHigh;
    const level = roundHalfToEven(((x - inputLow) / (inputHigh - inputLow)) * (levels - 1));
    return (level / (levels - 1)) * (outputHigh - outputLow) + outputLow;
  };
}

function roundHalfToEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  return rest < 0.5 || (rest === 0.5 && floor % 2 === 0) ? floor : floor + 1;
}

function single(bound: Constant): number {
  const [value, ...more] = singles(bound);
  if (value === undefined || more.length > 0) {
    throw new RangeError("ranges that differ by channel are not supported at run time");
  }
  return value;
}

function perChannel(bound: Constant, channels: number): (channel: number) => number {
  const data = singles(bound);
  if (data.length !== 1 && (bound.dims[0] !== channels || data.length !== channels)) {
    throw new RangeError("ranges that differ within a channel are not supported");
  }
  return (channel) => data[data.length === 1 ? 0 : channel] ?? Number.NaN;
}
