import protobuf from "protobufjs";

/**
 * The part of ONNX's wire format (`onnx/onnx.proto`, IR version 8) that this project reads and writes, as a
 * protobufjs reflection descriptor. Field numbers are those of the standard; absent fields are skipped on
 * reading, as protobuf prescribes.
 */
const field = (id: number, type: string) => ({ id, type });
const repeated = (id: number, type: string) => ({ id, type, rule: "repeated", options: { packed: false } });
const packed = (id: number, type: string) => ({ id, type, rule: "repeated", options: { packed: true } });

const root = protobuf.Root.fromJSON({
  nested: {
    Model: {
      fields: {
        irVersion: field(1, "int64"),
        producerName: field(2, "string"),
        graph: field(7, "Graph"),
        opsetImport: repeated(8, "OperatorSet"),
      },
    },
    OperatorSet: { fields: { domain: field(1, "string"), version: field(2, "int64") } },
    Graph: {
      fields: {
        node: repeated(1, "Node"),
        name: field(2, "string"),
        initializer: repeated(5, "Tensor"),
        input: repeated(11, "ValueInfo"),
        output: repeated(12, "ValueInfo"),
        valueInfo: repeated(13, "ValueInfo"),
      },
    },
    Node: {
      fields: {
        input: repeated(1, "string"),
        output: repeated(2, "string"),
        name: field(3, "string"),
        opType: field(4, "string"),
        attribute: repeated(5, "Attribute"),
        domain: field(7, "string"),
      },
    },
    Attribute: {
      fields: {
        name: field(1, "string"),
        f: field(2, "float"),
        i: field(3, "int64"),
        s: field(4, "bytes"),
        t: field(5, "Tensor"),
        floats: repeated(7, "float"),
        ints: repeated(8, "int64"),
        type: field(20, "int32"),
      },
    },
    Tensor: {
      fields: {
        dims: repeated(1, "int64"),
        dataType: field(2, "int32"),
        floatData: packed(4, "float"),
        int32Data: packed(5, "int32"),
        int64Data: packed(7, "int64"),
        name: field(8, "string"),
        rawData: field(9, "bytes"),
        doubleData: packed(10, "double"),
        dataLocation: field(14, "int32"),
      },
    },
    ValueInfo: { fields: { name: field(1, "string"), type: field(2, "ValueType") } },
    ValueType: { fields: { tensorType: field(1, "TensorType") } },
    TensorType: { fields: { elemType: field(1, "int32"), shape: field(2, "Shape") } },
    Shape: { fields: { dim: repeated(1, "Dimension") } },
    Dimension: { fields: { dimValue: field(1, "int64"), dimParam: field(2, "string") } },
  },
});

/** `AttributeProto.AttributeType` of the attribute kinds we use. */
export const attributeType = { float: 1, int: 2, string: 3, tensor: 4, floats: 6, ints: 7 } as const;

/** An `int64` is a decimal string when read, so that no digit is lost, and a number or string when written. */
type Int64 = string | number;

export interface WireTensor {
  name?: string;
  dims: Int64[];
  dataType?: number;
  rawData?: Uint8Array;
  floatData?: number[];
  int32Data?: number[];
  int64Data?: Int64[];
  doubleData?: number[];
  dataLocation?: number;
}

export interface WireAttribute {
  name: string;
  type?: number;
  f?: number;
  i?: Int64;
  s?: Uint8Array;
  t?: WireTensor;
  floats?: number[];
  ints?: Int64[];
}

export interface WireNode {
  input: string[];
  output: string[];
  name?: string;
  opType: string;
  domain?: string;
  attribute: WireAttribute[];
}

export interface WireValue {
  name: string;
  type?: {
    tensorType?: { elemType?: number; shape?: { dim: { dimValue?: Int64; dimParam?: string }[] } };
  };
}

export interface WireModel {
  irVersion: Int64;
  producerName?: string;
  opsetImport: { domain?: string; version: Int64 }[];
  graph?: {
    name?: string;
    node: WireNode[];
    initializer: WireTensor[];
    input: WireValue[];
    output: WireValue[];
    valueInfo: WireValue[];
  };
}

const modelType = root.lookupType("Model");

export const encodeWire = (model: WireModel): Uint8Array =>
  modelType.encode(modelType.fromObject(model)).finish();

/** Throws protobufjs's own error where the bytes are no protobuf message. */
export function decodeWire(bytes: Uint8Array): WireModel {
  // The descriptor above is what makes the message have this type; protobufjs itself types it as a record.
  return modelType.toObject(modelType.decode(bytes), { arrays: true, longs: String }) as WireModel;
}
