import type { TensorData } from "../onnx/model.ts";
import type { LayerAttributes } from "./attributes.ts";
import { type Constant, constant } from "./expression.ts";

/** Readers of the element types of constants, over a copy of exactly the constant's bytes. */
const ELEMENT_TYPES: Readonly<Record<string, (bytes: ArrayBuffer) => TensorData>> = {
  f32: (bytes) => new Float32Array(bytes),
  // Half precision is a way of storing: we compute in single precision.
  f16: (bytes) => halfToSingle(new Uint16Array(bytes)),
  i64: (bytes) => new BigInt64Array(bytes),
  i32: (bytes) => new Int32Array(bytes),
  i8: (bytes) => new Int8Array(bytes),
  u8: (bytes) => new Uint8Array(bytes),
};

/**
 * Reads a `Const` layer from the weights file.
 *
 * @throws RangeError where the constant lies outside of the file or its size and shape disagree.
 */
export function readConstant(attributes: LayerAttributes, weights: Uint8Array): Constant {
  const read = attributes.choice("element_type", ELEMENT_TYPES);
  const dims = attributes.integers("shape");
  const offset = attributes.integer("offset");
  const size = attributes.integer("size");
  if (offset < 0 || offset + size > weights.length) {
    throw new RangeError(`bytes ${offset} to ${offset + size} lie outside of the weights file`);
  }
  const data = read(Uint8Array.from(weights.subarray(offset, offset + size)).buffer);
  if (data.length !== dims.reduce((product, dim) => product * dim, 1)) {
    throw new RangeError(`${data.length} elements do not fill the shape ${dims.join("x")}`);
  }
  return constant(data, dims);
}

/** By exponent, what one unit of the significand of a binary16 is worth; subnormal numbers share the lowest. */
const SIGNIFICAND_UNITS = Array.from({ length: 31 }, (_, exponent) => 2 ** (Math.max(exponent, 1) - 25));

/** Widens IEEE 754 binary16 numbers. */
export function halfToSingle(halves: Uint16Array): Float32Array {
  const singles = new Float32Array(halves.length);
  for (const [index, bits] of halves.entries()) {
    const exponent = (bits >> 10) & 0x1f;
    const fraction = bits & 0x3ff;
    const unit = SIGNIFICAND_UNITS[exponent];
    const magnitude =
      unit === undefined
        ? fraction === 0
          ? Number.POSITIVE_INFINITY
          : Number.NaN
        : (exponent === 0 ? fraction : fraction + 1024) * unit;
    singles[index] = bits & 0x8000 ? -magnitude : magnitude;
  }
  return singles;
}
