import type { Shape, StringShape } from "./model.ts";
import { getShape } from "./shape.ts";

/** One rule of a shape, and the words in which AWS tells that a value breaks it. */
interface Constraint {
  readonly text: string;
  readonly holds: (value: unknown) => boolean;
}

/**
 * The characters up to which a pattern is tried on a shape without a maximum: no value of the model's such shapes
 * (ARNs, ids, versions) comes near, and a pattern's time may grow with the square of the length.
 */
const maxPatternLength = 2048;

const constraintsByShape = new Map<string, readonly Constraint[]>();

/** The rules of a shape itself, not of what it is made of: maximum, minimum, pattern, enum, in this order. */
export function constraintsOf(shapeName: string): readonly Constraint[] {
  let constraints = constraintsByShape.get(shapeName);
  if (constraints === undefined) {
    constraints = createConstraints(getShape(shapeName));
    constraintsByShape.set(shapeName, constraints);
  }
  return constraints;
}

function createConstraints(shape: Shape): Constraint[] {
  switch (shape.type) {
    case "structure":
    case "boolean":
    case "timestamp":
      return [];
    case "string":
      return [...rangeConstraints(shape, "length"), ...stringConstraints(shape)];
    case "blob":
    case "list":
    case "map":
      return rangeConstraints(shape, "length");
    case "integer":
    case "long":
    case "float":
    case "double":
      return rangeConstraints(shape, "value");
  }
}

function rangeConstraints(
  { min, max }: { readonly min?: number; readonly max?: number },
  noun: "length" | "value",
): Constraint[] {
  const constraints: Constraint[] = [];
  if (max !== undefined) {
    constraints.push({
      text: `Member must have ${noun} less than or equal to ${max}`,
      holds: (value) => magnitude(value) <= max,
    });
  }
  if (min !== undefined) {
    constraints.push({
      text: `Member must have ${noun} greater than or equal to ${min}`,
      holds: (value) => magnitude(value) >= min,
    });
  }
  return constraints;
}

function stringConstraints({ pattern, max, enum: values }: StringShape): Constraint[] {
  const constraints: Constraint[] = [];
  if (pattern !== undefined) {
    const regExp = new RegExp(`^(?:${pattern})$`, "u");
    const bound = max ?? maxPatternLength;
    constraints.push({
      text: `Member must satisfy regular expression pattern: ${pattern}`,
      holds: (value) =>
        // What is longer than its maximum is refused for that alone, and never reaches the pattern.
        magnitude(value) > bound ? max !== undefined : regExp.test(String(value)),
    });
  }
  if (values !== undefined) {
    const allowed = new Set<unknown>(values);
    constraints.push({
      text: `Member must satisfy enum value set: [${values.join(", ")}]`,
      holds: (value) => allowed.has(value),
    });
  }
  return constraints;
}

/** What bounds are compared with: a number, or the count of characters (Unicode scalar values), bytes or entries. */
function magnitude(value: unknown): number {
  if (typeof value === "number") {
    return value;
  }
  if (typeof value === "string") {
    return countCharacters(value);
  }
  if (ArrayBuffer.isView(value)) {
    return value.byteLength;
  }
  return Array.isArray(value) ? value.length : Object.keys(Object(value)).length;
}

/** https://smithy.io/2.0/spec/constraint-traits.html#length-trait */
function countCharacters(text: string): number {
  let count = text.length;
  for (const _ of text.matchAll(/[\u{10000}-\u{10FFFF}]/gu)) {
    count--;
  }
  return count;
}
