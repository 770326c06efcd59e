import { isDate } from "node:util/types";
import { type OperationName, operations } from "./model.generated.ts";
import type { ListShape, MapShape, Shape, StructureShape } from "./model.ts";
import { formatDouble, formatFloat, formatTimestamp } from "./numbers.ts";
import { getShape, isStructure } from "./shape.ts";

/** Writes a value of one shape as JSON. */
type Writer = (value: unknown) => string;

/**
 * Writes an operation's output as AWS does: compact JSON, members in the model's order, `undefined` and `null` left
 * out, floats as {@link formatFloat} and timestamps as {@link formatTimestamp} write them, blobs in base64.
 *
 * @throws TypeError when the output is not of the operation's output shape, which is a mistake of this program
 * @throws RangeError for a number that JSON cannot hold
 */
export function serialize(operation: OperationName, output: object): string {
  return writerOf(operations[operation].output)(output);
}

const writers = new Map<string, Writer>();

function writerOf(shapeName: string): Writer {
  let writer = writers.get(shapeName);
  if (writer === undefined) {
    writer = createWriter(getShape(shapeName), shapeName);
    writers.set(shapeName, writer);
  }
  return writer;
}

function createWriter(shape: Shape, name: string): Writer {
  switch (shape.type) {
    case "structure":
      return structureWriter(shape, name);
    case "list":
      return listWriter(shape, name);
    case "map":
      return mapWriter(shape, name);
    case "string":
      return (value) => (typeof value === "string" ? JSON.stringify(value) : refuse(name, value));
    case "boolean":
      return (value) => (typeof value === "boolean" ? String(value) : refuse(name, value));
    case "integer":
    case "long":
      return (value) => (Number.isSafeInteger(value) ? String(value) : refuse(name, value));
    case "float":
      return (value) => (typeof value === "number" ? formatFloat(value) : refuse(name, value));
    case "double":
      return (value) => (typeof value === "number" ? formatDouble(value) : refuse(name, value));
    case "timestamp":
      return (value) => (isDate(value) ? formatTimestamp(value) : refuse(name, value));
    case "blob":
      return (value) => (ArrayBuffer.isView(value) ? `"${toBase64(value)}"` : refuse(name, value));
  }
}

function structureWriter(shape: StructureShape, shapeName: string): Writer {
  const members = Object.entries(shape.members).map(([name, target]) => ({
    name,
    key: `${JSON.stringify(name)}:`,
    write: writerOf(target),
  }));
  return (value) => {
    if (!isStructure(value)) {
      return refuse(shapeName, value);
    }
    for (const name of Object.keys(value)) {
      if (!Object.hasOwn(shape.members, name)) {
        throw new TypeError(`${shapeName} has no member ${name}`);
      }
    }
    let json = "";
    for (const { name, key, write } of members) {
      const member = value[name];
      if (member !== undefined && member !== null) {
        json += `${json === "" ? "" : ","}${key}${write(member)}`;
      }
    }
    return `{${json}}`;
  };
}

function listWriter(shape: ListShape, name: string): Writer {
  const write = writerOf(shape.member);
  return (value) => (Array.isArray(value) ? `[${value.map(write).join(",")}]` : refuse(name, value));
}

function mapWriter(shape: MapShape, name: string): Writer {
  const write = writerOf(shape.value);
  return (value) =>
    isStructure(value)
      ? `{${Object.entries(value).map(([key, entry]) => `${JSON.stringify(key)}:${write(entry)}`)}}`
      : refuse(name, value);
}

function toBase64({ buffer, byteOffset, byteLength }: ArrayBufferView): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString("base64");
}

function refuse(shapeName: string, value: unknown): never {
  throw new TypeError(`${shapeName} takes no ${typeof value}`);
}
