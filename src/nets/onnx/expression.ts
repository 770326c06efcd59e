import type { OnnxAttribute, TensorData } from "./model.ts";

/** What a part of another format's model computes, as a tree of ONNX operators over values and constants. */
export type Expression = Value | Constant | Operation;

/** A tensor known at run time only, and its shape for a batch of one. */
export interface Value {
  readonly kind: "value";
  readonly name: string;
  readonly dims: readonly number[];
}

export interface Constant {
  readonly kind: "constant";
  readonly dims: readonly number[];
  readonly data: TensorData;
}

export interface Operation {
  readonly kind: "operation";
  readonly opType: string;
  readonly inputs: readonly Expression[];
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
}

export const constant = (data: TensorData, dims: readonly number[]): Constant => ({
  kind: "constant",
  dims,
  data,
});

export const scalar = (value: number): Constant => constant(new Float32Array([value]), []);

export const int64s = (values: readonly number[]): Constant =>
  constant(BigInt64Array.from(values, BigInt), [values.length]);

/**
 * The elements of a constant as numbers.
 *
 * @throws RangeError for 64-bit integers, which do not fit.
 */
export function singles({ data }: Constant): Float32Array {
  if (data instanceof Float32Array) return data;
  if (data instanceof BigInt64Array)
    throw new RangeError("a constant of 64-bit integers is not supported here");
  return new Float32Array(data);
}

export const operation = (
  opType: string,
  inputs: readonly Expression[],
  attributes?: Readonly<Record<string, OnnxAttribute>>,
): Operation => ({ kind: "operation", opType, inputs, ...(attributes && { attributes }) });
