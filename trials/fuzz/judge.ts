import type { RawAnswer } from "../../conformance/support/http.ts";
import { constraintsOf } from "../../protocol/constraints.ts";
import { type ErrorName, errorModels } from "../../protocol/errors.ts";
import { type OperationName, operations } from "../../protocol/model.generated.ts";
import { getShape, isStructure, type Structure } from "../../protocol/shape.ts";

/** What an answer is: its row in the table, and what is wrong with it, if anything is. */
export interface Verdict {
  readonly kind: string;
  readonly fault?: string;
}

/** Answers of the HTTP layer, before an operation is known: by status, what the body has to hold. */
const beforeOperations: Readonly<Record<number, string>> = {
  403: "<AccessDeniedException>",
  404: "<UnknownOperationException/>",
  413: '{"__type":"RequestEntityTooLargeException"}',
  415: '{"__type":"UnsupportedMediaTypeException"}',
};

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Judges an answer: it is one of AWS's errors, as AWS writes it, or a success that fits the operation's output. */
export function judge(target: string, { status, headers, text, json }: RawAnswer): Verdict {
  const operation = target.replace(/^RekognitionService\./, "") as OperationName;
  if (!uuid.test(String(headers["x-amzn-requestid"]))) return { kind: `${status}`, fault: "no request id" };
  if (status === 200) {
    const kind = `200 ${operation}`;
    if (!Object.hasOwn(operations, operation)) return { kind, fault: "a success without an operation" };
    const fault = misfit(operations[operation].output, json, "output");
    return fault === undefined ? { kind } : { kind, fault };
  }
  const expected = beforeOperations[status];
  if (expected !== undefined) {
    const kind = `${status} ${/\w+Exception/.exec(expected)?.[0]}`;
    return text.includes(expected) ? { kind } : { kind, fault: "an unknown body" };
  }
  const fault = errorFault(status, json, operation);
  const kind = `${status} ${json?.__type}`;
  return fault === undefined ? { kind } : { kind, fault };
}

function errorFault(
  status: number,
  json: Structure | undefined,
  operation: OperationName,
): string | undefined {
  if (json === undefined) return "an error that is no JSON";
  const { __type: type, Code, Logref, Message, message } = json;
  if (typeof type !== "string" || !Object.hasOwn(errorModels, type))
    return "an exception that AWS does not have";
  const model = errorModels[type as ErrorName];
  if (status !== model.status) return `not the status of ${type}`;
  if (type === "InternalServerError") return "a fault of the service's own";
  if (model.origin === "framework") {
    const texts = Object.keys(json).filter((key) => key !== "__type");
    const key = type === "SerializationException" ? "Message" : "message";
    return texts.every((text) => text === key) && typeof (json[key] ?? "") === "string"
      ? undefined
      : "not the form of the framework's errors";
  }
  if (!operations[operation]?.errors.some((name) => name === type))
    return `${operation} does not have ${type}`;
  const isWhole =
    Code === type && uuid.test(String(Logref)) && typeof Message === "string" && message === undefined;
  return isWhole ? undefined : "not the form of the service's errors";
}

/** Where a value does not fit a shape; undefined when it does. */
function misfit(shapeName: string, value: unknown, path: string): string | undefined {
  const shape = getShape(shapeName);
  switch (shape.type) {
    case "structure": {
      if (!isStructure(value)) return `${path} is no structure`;
      const required = shape.required?.find((name) => value[name] === undefined);
      if (required !== undefined) return `${path}.${required} is missing`;
      return firstOf(Object.entries(value), ([name, member]) => {
        const target = shape.members[name];
        return target === undefined
          ? `${path}.${name} is unknown`
          : misfit(target, member, `${path}.${name}`);
      });
    }
    case "list":
      if (!Array.isArray(value)) return `${path} is no list`;
      // Not the lengths: AWS answers `{"DeletedFaces":[]}`, against its own model.
      return firstOf(value, (entry) => misfit(shape.member, entry, `${path}[]`));
    case "map":
      if (!isStructure(value)) return `${path} is no map`;
      return firstOf(Object.values(value), (entry) => misfit(shape.value, entry, `${path}{}`));
    case "string":
    case "blob":
      return typeof value === "string" ? broken(shapeName, value, path) : `${path} is no string`;
    case "boolean":
      return typeof value === "boolean" ? undefined : `${path} is no boolean`;
    case "timestamp":
      return typeof value === "number" ? undefined : `${path} is no timestamp`;
    case "integer":
    case "long":
      return Number.isSafeInteger(value) ? broken(shapeName, value, path) : `${path} is no whole number`;
    case "float":
    case "double":
      return Number.isFinite(value) ? broken(shapeName, value, path) : `${path} is no number`;
  }
}

function broken(shapeName: string, value: unknown, path: string): string | undefined {
  const text = constraintsOf(shapeName).find(({ holds }) => !holds(value))?.text;
  return text && `${path}: ${text}`;
}

function firstOf<T>(values: readonly T[], find: (value: T) => string | undefined): string | undefined {
  for (const value of values) {
    const found = find(value);
    if (found !== undefined) return found;
  }
  return undefined;
}
