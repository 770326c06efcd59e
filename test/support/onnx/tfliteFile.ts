import { Builder } from "flatbuffers";

/** A tensor of a synthetic TFLite model; `data` where the file holds its elements. */
export interface TestTensor {
  readonly name: string;
  readonly dims: readonly number[];
  /** Half precision as its bits. */
  readonly data?: Float32Array | Int32Array | Uint16Array;
  /** A code of the schema's `TensorType`; what `data` is by default. */
  readonly type?: number;
}

/** Inputs and outputs are names of tensors, an empty one stands for an input that is left out. */
export interface TestOperator {
  readonly code: number;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** By number of the field; `byte` for enumerations and booleans. */
  readonly options?: Readonly<Record<number, { readonly byte: number } | { readonly int: number }>>;
}

export interface TestModel {
  readonly tensors: readonly TestTensor[];
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly operators: readonly TestOperator[];
  /** Of the format; 3 by default. */
  readonly version?: number;
  /** How many times the graph is in the file; once by default. */
  readonly graphs?: number;
}

/** Writes a TFLite file by the field numbers of its schema. For tests. */
export function writeTflite({
  tensors,
  inputs,
  outputs,
  operators,
  version = 3,
  graphs = 1,
}: TestModel): Uint8Array {
  const builder = new Builder();
  const offsets = (list: readonly number[]) => {
    builder.startVector(4, list.length, 4);
    for (const offset of list.toReversed()) builder.addOffset(offset);
    return builder.endVector();
  };
  const ints = (list: readonly number[]) => {
    builder.startVector(4, list.length, 4);
    for (const value of list.toReversed()) builder.addInt32(value);
    return builder.endVector();
  };
  const table = (
    fields: Readonly<Record<number, { offset: number } | { byte: number } | { int: number }>>,
  ) => {
    const entries = Object.entries(fields).map(([field, value]) => [Number(field), value] as const);
    builder.startObject(Math.max(0, ...entries.map(([field]) => field + 1)));
    builder.forceDefaults(true);
    for (const [field, value] of entries) {
      if ("offset" in value) builder.addFieldOffset(field, value.offset, 0);
      else if ("byte" in value) builder.addFieldInt8(field, value.byte, 0);
      else builder.addFieldInt32(field, value.int, 0);
    }
    builder.forceDefaults(false);
    return builder.endObject();
  };
  const numberOf = (name: string) => tensors.findIndex((tensor) => tensor.name === name);
  const buffer = ({ data }: TestTensor) => {
    if (data === undefined) return table({});
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    return table({ 0: { offset: builder.createByteVector(bytes) } });
  };
  const tensor = (
    {
      name,
      dims,
      data,
      type = data instanceof Int32Array ? 2 : data instanceof Uint16Array ? 1 : 0,
    }: TestTensor,
    index: number,
  ) => {
    const [shape, text] = [ints(dims), builder.createString(name)];
    return table({ 0: { offset: shape }, 1: { byte: type }, 2: { int: index }, 3: { offset: text } });
  };
  const operator = ({ inputs, outputs, options }: TestOperator, index: number) => {
    const [from, to] = [ints(inputs.map(numberOf)), ints(outputs.map(numberOf))];
    const head = { 0: { int: index }, 1: { offset: from }, 2: { offset: to } };
    return table(options ? { ...head, 4: { offset: table(options) } } : head);
  };
  const graph = () => {
    const lists = [
      offsets(tensors.map(tensor)),
      ints(inputs.map(numberOf)),
      ints(outputs.map(numberOf)),
      offsets(operators.map(operator)),
    ];
    return table(lists.map((offset) => ({ offset })));
  };
  const codes = offsets(
    operators.map(({ code }) => table({ 0: { byte: Math.min(code, 127) }, 3: { int: code } })),
  );
  const subgraphs = offsets(Array.from({ length: graphs }, graph));
  const buffers = offsets(tensors.map(buffer));
  const model = {
    0: { int: version },
    1: { offset: codes },
    2: { offset: subgraphs },
    4: { offset: buffers },
  };
  builder.finish(table(model), "TFL3");
  return builder.asUint8Array();
}
