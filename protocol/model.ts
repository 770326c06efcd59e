/** Inclusive bounds: of a number's value, a string's characters, a blob's bytes, a list's or map's entries. */
export interface Range {
  readonly min?: number;
  readonly max?: number;
}

export interface UnconstrainedShape {
  readonly type: "boolean" | "timestamp";
}

/** An operation of the service model: the names of its input and output shapes, and what it may raise. */
export interface OperationModel {
  readonly input: string;
  readonly output: string;
  /** Names of exceptions. */
  readonly errors: readonly string[];
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

export type ScalarShape = StringShape | NumberShape | BlobShape | UnconstrainedShape;

/** A shape of the service model, with what is needed to read, check and write its values. */
export type Shape = StructureShape | ListShape | MapShape | ScalarShape;
