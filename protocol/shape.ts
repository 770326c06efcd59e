import { type OperationName, operations, shapes } from "./model.generated.ts";
import type { Shape, StructureShape } from "./model.ts";

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
