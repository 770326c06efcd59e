import { type Constant, constant } from "../onnx/expression.ts";
import { halfToSingle } from "../onnx/half.ts";
import type { TensorData } from "../onnx/model.ts";
import type { LayerAttributes } from "./attributes.ts";

/** Readers of the element types of constants, over a copy of exactly the constant's bytes. */
const elementTypes: Readonly<Record<string, (bytes: ArrayBuffer) => TensorData>> = {
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
  const read = attributes.choice("element_type", elementTypes);
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
