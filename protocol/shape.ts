import type { ErrorName } from "./errors.ts";
import { type OperationName, operations, shapes } from "./model.generated.ts";

/** An operation of the service model: the names of its input and output shapes, and what it may raise. */
export interface OperationModel {
  readonly input: string;
  readonly output: string;
  readonly errors: readonly ErrorName[];
}

/** Inclusive bounds: of a number's value, a string's characters, a blob's bytes, a list's or map's entries. */
interface Range {
  readonly min?: number;
  readonly max?: number;
}

/** Members are in the order of the model, each with the name of its shape. */
export interface StructureShape {
  readonly type: "structure";
  readonly members: Readonly<Record<string, string>>;
  readonly required?: readonly string[];
  /** The member that SDKs fill with a UUID when the caller leaves it out. */
  readonly idempotencyToken?: string;
}

export interface ListShape extends Range {
  readonly type: "list";
  readonly member: string;
}

export interface MapShape extends Range {
  readonly type: "map";
  readonly key: string;
  readonly value: string;
}

export interface StringShape extends Range {
  readonly type: "string";
  /** A Java regular expression that the whole value has to match. */
  readonly pattern?: string;
  readonly enum?: readonly string[];
}

export interface NumberShape extends Range {
  readonly type: "integer" | "long" | "float" | "double";
}

export interface BlobShape extends Range {
  readonly type: "blob";
}

interface UnconstrainedShape {
  readonly type: "boolean" | "timestamp";
}

export type ScalarShape = StringShape | NumberShape | BlobShape | UnconstrainedShape;

/** A shape of the service model, with what is needed to read, check and write its values. */
export type Shape = StructureShape | ListShape | MapShape | ScalarShape;

/** A structure's value, by member name. */
export type Structure = Readonly<Record<string, unknown>>;

export function getShape(name: string): Shape {
  const shape = shapes[name];
  if (shape === undefined) {
    throw new Error(`The service model has no shape ${name}`);
  }
  return shape;
}

export function inputShape(operation: OperationName): StructureShape {
  return getStructure(operations[operation].input);
}

function getStructure(name: string): StructureShape {
  const shape = getShape(name);
  if (shape.type !== "structure") {
    throw new Error(`${name} is a ${shape.type}, not a structure`);
  }
  return shape;
}

/** Any object that is neither a list nor bytes. */
export function isStructure(value: unknown): value is Structure {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}
