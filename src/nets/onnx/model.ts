import type { WireAttribute, WireModel, WireNode, WireTensor, WireValue } from "./schema.ts";
import { attributeType, decodeWire, encodeWire } from "./schema.ts";

/**
 * ONNX models as plain values: a typed reader and writer of `.onnx` files (IR version 8). Tensors are stored
 * row-major; the batch comes first and images are N x C x H x W, as everywhere in ONNX.
 */

export type TensorData = Float32Array | Float64Array | Int32Array | BigInt64Array | Int8Array | Uint8Array;
export type ElementType = "float32" | "float64" | "int32" | "int64" | "int8" | "uint8";

export interface OnnxTensor {
  readonly name: string;
  /** Empty for a scalar. */
  readonly dims: readonly number[];
  readonly data: TensorData;
}

export type OnnxAttribute =
  | { readonly type: "int"; readonly value: number }
  | { readonly type: "ints"; readonly value: readonly number[] }
  | { readonly type: "float"; readonly value: number }
  | { readonly type: "floats"; readonly value: readonly number[] }
  | { readonly type: "string"; readonly value: string }
  | { readonly type: "tensor"; readonly value: OnnxTensor };

export interface OnnxNode {
  readonly opType: string;
  /** Operator set of the operator; absent or empty is ONNX's own. */
  readonly domain?: string;
  readonly name?: string;
  /** Value names; an empty name stands for an optional input that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
}

export interface OnnxValue {
  readonly name: string;
  /** `float32` where absent. */
  readonly elementType?: ElementType;
  /** A string is a symbolic dimension, free at run time. */
  readonly dims: readonly (number | string)[];
}

export interface OnnxGraph {
  readonly name: string;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly initializers: readonly OnnxTensor[];
  /** Declared shapes of intermediate values, where a runtime cannot infer them by itself. */
  readonly values?: readonly OnnxValue[];
  /** In an order in which each node follows the nodes whose outputs it reads. */
  readonly nodes: readonly OnnxNode[];
  /** Operator set versions by domain; `{ "": 17 }` where absent. */
  readonly opsets?: Readonly<Record<string, number>>;
}

/** The bytes are no ONNX model, or one that uses what this reader does not know. */
export class OnnxFormatError extends Error {
  override readonly name = "OnnxFormatError";
}

export const int = (value: number): OnnxAttribute => ({ type: "int", value });
export const ints = (value: readonly number[]): OnnxAttribute => ({ type: "ints", value });
export const float = (value: number): OnnxAttribute => ({ type: "float", value });
export const text = (value: string): OnnxAttribute => ({ type: "string", value });

const writtenIrVersion = 8;
const defaultOpsets = { "": 17 };

/**
 * `TensorProto.DataType` and storage of the element types. `unpack` reads the typed fields in which some
 * producers keep the elements, in place of raw bytes.
 */
const elementTypes = [
  { name: "float32", code: 1, array: Float32Array, unpack: (wire) => new Float32Array(wire.floatData ?? []) },
  { name: "uint8", code: 2, array: Uint8Array, unpack: (wire) => new Uint8Array(wire.int32Data ?? []) },
  { name: "int8", code: 3, array: Int8Array, unpack: (wire) => new Int8Array(wire.int32Data ?? []) },
  { name: "int32", code: 6, array: Int32Array, unpack: (wire) => new Int32Array(wire.int32Data ?? []) },
  {
    name: "int64",
    code: 7,
    array: BigInt64Array,
    unpack: (wire) => BigInt64Array.from(wire.int64Data ?? [], BigInt),
  },
  {
    name: "float64",
    code: 11,
    array: Float64Array,
    unpack: (wire) => new Float64Array(wire.doubleData ?? []),
  },
] as const satisfies readonly {
  name: ElementType;
  code: number;
  array: unknown;
  unpack: (wire: WireTensor) => TensorData;
}[];

/** Serialises a graph. Equal graphs give equal bytes. */
export function encodeModel(graph: OnnxGraph): Uint8Array {
  const opsets = Object.entries(graph.opsets ?? defaultOpsets);
  return encodeWire({
    irVersion: writtenIrVersion,
    producerName: "cameo",
    opsetImport: opsets.map(([domain, version]) => ({ domain, version })),
    graph: {
      name: graph.name,
      node: graph.nodes.map(encodeNode),
      initializer: graph.initializers.map(encodeTensor),
      input: graph.inputs.map(encodeValue),
      output: graph.outputs.map(encodeValue),
      valueInfo: (graph.values ?? []).map(encodeValue),
    },
  });
}

/**
 * Reads an `.onnx` file, also one of another producer.
 *
 * @throws OnnxFormatError for bytes that are no ONNX model, and for sub-graphs, external data and element types
 *   outside of {@link ElementType}.
 */
export function decodeModel(bytes: Uint8Array): OnnxGraph {
  const { graph, opsetImport } = decodeBytes(bytes);
  if (!graph) throw new OnnxFormatError("The file holds no graph: not an ONNX model");
  const initializers = graph.initializer.map(decodeTensor);
  const initialized = new Set(initializers.map(({ name }) => name));
  return {
    name: graph.name ?? "",
    // Older files (IR version 3) list the weights among the inputs as well.
    inputs: graph.input.filter(({ name }) => !initialized.has(name)).map(decodeValue),
    outputs: graph.output.map(decodeValue),
    initializers,
    values: graph.valueInfo.map(decodeValue),
    nodes: graph.node.map(decodeNode),
    opsets: Object.fromEntries(opsetImport.map(({ domain, version }) => [domain ?? "", Number(version)])),
  };
}

function decodeBytes(bytes: Uint8Array): WireModel {
  try {
    return decodeWire(bytes);
  } catch (cause) {
    throw new OnnxFormatError("The file is not an ONNX model", { cause });
  }
}

function encodeNode({ opType, domain, name, inputs, outputs, attributes = {} }: OnnxNode): WireNode {
  return {
    opType,
    input: [...inputs],
    output: [...outputs],
    attribute: Object.entries(attributes).map(([key, value]) => encodeAttribute(key, value)),
    ...(name && { name }),
    ...(domain && { domain }),
  };
}

function decodeNode({ opType, domain, name, input, output, attribute }: WireNode): OnnxNode {
  return {
    opType,
    inputs: input,
    outputs: output,
    ...(name && { name }),
    ...(domain && { domain }),
    ...(attribute.length > 0 && {
      attributes: Object.fromEntries(attribute.map((wire) => [wire.name, decodeAttribute(wire, opType)])),
    }),
  };
}

function encodeAttribute(name: string, attribute: OnnxAttribute): WireAttribute {
  const head = { name, type: attributeType[attribute.type] };
  switch (attribute.type) {
    case "int":
      return { ...head, i: attribute.value };
    case "ints":
      return { ...head, ints: [...attribute.value] };
    case "float":
      return { ...head, f: attribute.value };
    case "floats":
      return { ...head, floats: [...attribute.value] };
    case "string":
      return { ...head, s: new TextEncoder().encode(attribute.value) };
    case "tensor":
      return { ...head, t: encodeTensor(attribute.value) };
  }
}

function decodeAttribute(wire: WireAttribute, opType: string): OnnxAttribute {
  switch (wire.type) {
    case attributeType.int:
      return { type: "int", value: safeInteger(wire.i ?? 0) };
    case attributeType.ints:
      return { type: "ints", value: (wire.ints ?? []).map(safeInteger) };
    case attributeType.float:
      return { type: "float", value: wire.f ?? 0 };
    case attributeType.floats:
      return { type: "floats", value: wire.floats ?? [] };
    case attributeType.string:
      return { type: "string", value: new TextDecoder().decode(wire.s) };
    case attributeType.tensor:
      if (wire.t) return { type: "tensor", value: decodeTensor(wire.t) };
  }
  throw new OnnxFormatError(`Attribute ${wire.name} of ${opType} has the unsupported type ${wire.type}`);
}

function safeInteger(value: string | number): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number))
    throw new OnnxFormatError(`${value} is outside of the range of integers`);
  return number;
}

function encodeTensor({ name, dims, data }: OnnxTensor): WireTensor {
  const size = dims.reduce((product, dim) => product * dim, 1);
  if (size !== data.length) {
    throw new RangeError(`Tensor ${name} of shape ${dims.join("x")} has ${data.length} elements`);
  }
  const type = elementTypes.find(({ array }) => data[Symbol.toStringTag] === array.name);
  if (!type) throw new TypeError(`Tensor ${name} has an unsupported element type`);
  return {
    name,
    dims: [...dims],
    dataType: type.code,
    rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  };
}

function decodeTensor(wire: WireTensor): OnnxTensor {
  const name = wire.name ?? "";
  if (wire.dataLocation) throw new OnnxFormatError(`Tensor ${name} lies in another file`);
  const dims = wire.dims.map(safeInteger);
  const data = decodeData(wire, name);
  if (data.length !== dims.reduce((product, dim) => product * dim, 1)) {
    throw new OnnxFormatError(`Tensor ${name} of shape ${dims.join("x")} has ${data.length} elements`);
  }
  return { name, dims, data };
}

function decodeData(wire: WireTensor, name: string): TensorData {
  const { array, unpack } = elementType(wire.dataType, name);
  if (!wire.rawData?.length) return unpack(wire);
  // A copy, for typed arrays must be aligned.
  const { buffer } = Uint8Array.from(wire.rawData);
  if (buffer.byteLength % array.BYTES_PER_ELEMENT !== 0) {
    throw new OnnxFormatError(`Tensor ${name} ends within an element`);
  }
  return new array(buffer);
}

function elementType(code: number | undefined, name: string) {
  const type = elementTypes.find((candidate) => candidate.code === code);
  if (!type) throw new OnnxFormatError(`${name} has the unsupported element type ${code}`);
  return type;
}

function encodeValue({ name, elementType: type = "float32", dims }: OnnxValue): WireValue {
  const dim = dims.map((size) => (typeof size === "string" ? { dimParam: size } : { dimValue: size }));
  const elemType = elementTypes.find((candidate) => candidate.name === type)?.code;
  return { name, type: { tensorType: { ...(elemType && { elemType }), shape: { dim } } } };
}

function decodeValue({ name, type }: WireValue): OnnxValue {
  const dims = type?.tensorType?.shape?.dim ?? [];
  return {
    name,
    elementType: elementType(type?.tensorType?.elemType, name).name,
    // A dimension with neither a size nor a name is free too.
    dims: dims.map(({ dimValue, dimParam }, axis) =>
      dimValue === undefined ? dimParam || `${name}_${axis}` : safeInteger(dimValue),
    ),
  };
}
