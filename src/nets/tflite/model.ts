import { type Constant, constant } from "../onnx/expression.ts";
import { halfToSingle } from "../onnx/half.ts";
import type { TensorData } from "../onnx/model.ts";
import { TfliteError } from "./error.ts";
import { Table } from "./table.ts";

/**
 * A TFLite file (`tensorflow/lite/schema/schema.fbs`, version 3) with one graph. Tensors are named by their number.
 */
export interface TfliteModel {
  readonly tensors: readonly TfliteTensor[];
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  /** In an order in which each follows those whose outputs it reads. */
  readonly operators: readonly TfliteOperator[];
}

export interface TfliteTensor {
  readonly name: string;
  readonly dims: readonly number[];
  /** Elements that the file holds; a view that is not aligned, empty for what is computed. */
  readonly bytes: Uint8Array;
  /** A code of the schema's `TensorType`. */
  readonly type: number;
  readonly isSparse: boolean;
}

export interface TfliteOperator {
  /** A code of the schema's `BuiltinOperator`. */
  readonly code: number;
  /** -1 stands for an optional input that is left out. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  /** The operator's own options, where it has any. */
  readonly options: Table | undefined;
}

/** The only version of the format. */
const version = 3;

/** @throws TfliteError for bytes that are no TFLite file, and for one with several graphs. */
export function parseTflite(bytes: Uint8Array): TfliteModel {
  const model = Table.root(bytes, "TFL3");
  if (model?.int(0) !== version) throw new TfliteError("The file is not a TFLite model");
  const codes = model.tables(1).map((code) => Math.max(code.byte(0), code.int(3)));
  const [graph, ...more] = model.tables(2);
  if (graph === undefined || more.length > 0) throw new TfliteError("Only a model of one graph is supported");
  const buffers = model.tables(4);
  return {
    tensors: graph.tables(0).map((tensor) => ({
      name: tensor.text(3),
      dims: tensor.ints(0),
      bytes: buffers[tensor.int(2)]?.bytes(0) ?? new Uint8Array(0),
      type: tensor.byte(1),
      isSparse: tensor.table(6) !== undefined,
    })),
    inputs: graph.ints(1),
    outputs: graph.ints(2),
    operators: graph.tables(3).map((operator) => ({
      code: codes[operator.int(0)] ?? -1,
      inputs: operator.ints(1),
      outputs: operator.ints(2),
      options: operator.table(4),
    })),
  };
}

/** By `TensorType`: readers of elements, over a copy of exactly the tensor's bytes. */
const elementTypes: Readonly<Record<number, (bytes: ArrayBuffer) => TensorData>> = {
  0: (bytes) => new Float32Array(bytes),
  // Half precision is a way of storing: we compute in single precision.
  1: (bytes) => halfToSingle(new Uint16Array(bytes)),
  2: (bytes) => new Int32Array(bytes),
};

/**
 * The elements of a tensor that the file holds.
 *
 * @throws RangeError for sparse tensors, other types than floats and 32-bit integers, and too few elements.
 */
export function readConstant({ dims, bytes, type, isSparse }: TfliteTensor): Constant {
  const read = elementTypes[type];
  if (read === undefined || isSparse) throw new RangeError(`a constant of type ${type} is not supported`);
  const data = read(Uint8Array.from(bytes).buffer);
  if (data.length !== dims.reduce((product, dim) => product * dim, 1)) {
    throw new RangeError(`${data.length} elements do not fill the shape ${dims.join("x")}`);
  }
  return constant(data, dims);
}
