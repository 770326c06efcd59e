import { readBlob } from "./blob.ts";
import { serializationError } from "./errors.ts";
import type { OperationName } from "./model.generated.ts";
import type { ListShape, MapShape, ScalarShape, Shape, StructureShape } from "./model.ts";
import { getShape, inputShape, isStructure, type Structure } from "./shape.ts";

const integerMax = 2 ** 31 - 1;

/** How a scalar's type is told to the caller. */
const typeNames: Readonly<Record<ScalarShape["type"], string>> = {
  string: "a String",
  boolean: "a Boolean",
  integer: "an Integer",
  long: "a Long",
  float: "a Float",
  double: "a Double",
  blob: "a Blob",
  timestamp: "milliseconds since epoch",
};

/**
 * Reads an operation's input out of a parsed body, by the operation's input shape: blobs become Buffers that are alone
 * on their memory, timestamps Dates, floats are rounded to float32, and integers are truncated and held within their
 * type's range. Members that the shape does not have are left out, and a member that is null counts as absent; a null
 * within a list or map stays, for {@link validate} to refuse. Nothing else is constrained here.
 *
 * @throws AwsError SerializationException for a value of another type than the shape's. The texts are AWS's, as
 * recorded at other services with the same framework; which of several wrong members is named is not established,
 * and here it is the first in the model's order.
 */
export function deserialize(operation: OperationName, body: Structure): Structure {
  return readStructure(inputShape(operation), body);
}

function read(shape: Shape, value: unknown): unknown {
  switch (shape.type) {
    case "structure":
      return readStructure(shape, value);
    case "list":
      return readList(shape, value);
    case "map":
      return readMap(shape, value);
    default:
      return readScalar(shape, value);
  }
}

function readStructure(shape: StructureShape, value: unknown): Structure {
  refuseList(value);
  if (!isStructure(value)) {
    throw serializationError("Expected null");
  }
  const structure: Record<string, unknown> = {};
  for (const [name, target] of Object.entries(shape.members)) {
    const member = value[name];
    if (member !== undefined && member !== null) {
      structure[name] = read(getShape(target), member);
    }
  }
  return structure;
}

function readList(shape: ListShape, value: unknown): unknown[] {
  refuseStructure(value);
  if (!Array.isArray(value)) {
    throw serializationError("Expected list or null");
  }
  const member = getShape(shape.member);
  return value.map((entry) => (entry === null ? null : read(member, entry)));
}

function readMap(shape: MapShape, value: unknown): Structure {
  refuseList(value);
  if (!isStructure(value)) {
    throw serializationError("Expected map or null");
  }
  const target = getShape(shape.value);
  // Unlike an assignment, fromEntries takes `__proto__` for a key like any other.
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [key, entry === null ? null : read(target, entry)]),
  );
}

function readScalar(shape: ScalarShape, given: unknown): unknown {
  refuseList(given);
  refuseStructure(given);
  if (shape.type === "blob" && Buffer.isBuffer(given)) return given;
  const value = Buffer.isBuffer(given) ? given.toString("base64") : given;
  switch (shape.type) {
    case "string":
      return typeof value === "string" ? value : refuseToken(shape, value);
    case "boolean":
      return typeof value === "boolean" ? value : refuseToken(shape, value);
    case "integer":
      return typeof value === "number" ? truncate(value, integerMax) : refuseToken(shape, value);
    case "long":
      return typeof value === "number" ? truncate(value, Number.MAX_SAFE_INTEGER) : refuseToken(shape, value);
    case "float":
      return typeof value === "number" ? Math.fround(value) : refuseToken(shape, value);
    case "double":
      return typeof value === "number" ? value : refuseToken(shape, value);
    case "blob":
      return typeof value === "string" ? readBlob(value) : refuseToken(shape, value);
    case "timestamp":
      return readTimestamp(value) ?? refuseToken(shape, value);
  }
}

function truncate(value: number, max: number): number {
  return Math.max(-max - 1, Math.min(max, Math.trunc(value)));
}

/** Takes seconds since the epoch; undefined for what is no moment that a Date can hold. */
function readTimestamp(value: unknown): Date | undefined {
  const date = new Date(typeof value === "number" ? value * 1000 : Number.NaN);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

function refuseList(value: unknown): void {
  if (Array.isArray(value)) {
    throw serializationError("Start of list found where not expected");
  }
}

function refuseStructure(value: unknown): void {
  if (isStructure(value)) {
    throw serializationError("Start of structure or map found where not expected.");
  }
}

function refuseToken(shape: ScalarShape, value: unknown): never {
  const token = typeof value === "boolean" ? String(value) : typeof value;
  throw serializationError(`${token.toUpperCase()}_VALUE can not be converted to ${typeNames[shape.type]}`);
}
