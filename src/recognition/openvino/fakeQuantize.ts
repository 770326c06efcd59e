import { type Constant, constant, type Expression, operation, scalar, type Value } from "./expression.ts";

/** Number of quantisation levels, and the ranges of input and output (`FakeQuantize-1` of OpenVINO's opset). */
interface Quantisation {
  readonly levels: number;
  readonly inputLow: number;
  readonly inputHigh: number;
  readonly outputLow: number;
  readonly outputHigh: number;
}

type Ranges = readonly [inputLow: Constant, inputHigh: Constant, outputLow: Constant, outputHigh: Constant];

/**
 * `round((clip(x) - inputLow) / (inputHigh - inputLow) * (levels - 1)) / (levels - 1) * (outputHigh - outputLow)
 * + outputLow`, rounding half to even.
 */
function quantise(x: number, { levels, inputLow, inputHigh, outputLow, outputHigh }: Quantisation): number {
  if (x <= Math.min(inputLow, inputHigh)) return outputLow;
  if (x > Math.max(inputLow, inputHigh)) return outputHigh;
  const level = roundHalfToEven(((x - inputLow) / (inputHigh - inputLow)) * (levels - 1));
  return (level / (levels - 1)) * (outputHigh - outputLow) + outputLow;
}

function roundHalfToEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  return rest < 0.5 || (rest === 0.5 && floor % 2 === 0) ? floor : floor + 1;
}

/** Quantises a constant once and for all; the ranges may differ along any axis. */
export function quantiseConstant({ data, dims }: Constant, levels: number, ranges: Ranges): Constant {
  const [inputLow, inputHigh, outputLow, outputHigh] = ranges.map((range) => broadcast(range, dims));
  if (!inputLow || !inputHigh || !outputLow || !outputHigh) throw new RangeError("a range is missing");
  const quantised = new Float32Array(data.length);
  for (const [index, x] of data.entries()) {
    quantised[index] = quantise(Number(x), {
      levels,
      inputLow: inputLow(index),
      inputHigh: inputHigh(index),
      outputLow: outputLow(index),
      outputHigh: outputHigh(index),
    });
  }
  return constant(quantised, dims);
}

/**
 * Quantisation at run time. Where the ranges are those of the whole tensor and ascend, as they do for
 * activations.
 *
 * @throws RangeError for other ranges.
 */
export function quantiseValue(x: Value, levels: number, ranges: Ranges): Expression {
  const [inputLow, inputHigh, outputLow, outputHigh] = ranges.map(({ data }) =>
    data.length === 1 ? Number(data[0]) : Number.NaN,
  );
  if (
    inputLow === undefined ||
    inputHigh === undefined ||
    outputLow === undefined ||
    outputHigh === undefined ||
    !(inputLow < inputHigh && outputLow < outputHigh)
  ) {
    throw new RangeError(
      "ranges of a run-time value that differ by channel or do not ascend are not supported",
    );
  }
  const clipped = operation("Clip", [x, scalar(inputLow), scalar(inputHigh)]);
  const shifted = inputLow === 0 ? clipped : operation("Sub", [clipped, scalar(inputLow)]);
  const level = operation("Round", [
    operation("Mul", [shifted, scalar((levels - 1) / (inputHigh - inputLow))]),
  ]);
  const scaled = operation("Mul", [level, scalar((outputHigh - outputLow) / (levels - 1))]);
  return outputLow === 0 ? scaled : operation("Add", [scaled, scalar(outputLow)]);
}

/** Reads `source` at a row-major index of the shape `dims` to which it is broadcast (NumPy's rules). */
function broadcast(source: Constant, dims: readonly number[]): (index: number) => number {
  const { data } = source;
  if (data.length === 1) return () => Number(data[0]);
  const sourceDims = [...Array(dims.length - source.dims.length).fill(1), ...source.dims];
  return (index) => {
    let rest = index;
    let position = 0;
    let stride = 1;
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      const size = dims[axis] ?? 1;
      if (sourceDims[axis] !== 1) {
        position += (rest % size) * stride;
        stride *= size;
      }
      rest = Math.floor(rest / size);
    }
    return Number(data[position]);
  };
}
