import { constraintsOf } from "./constraints.ts";
import { AwsError } from "./errors.ts";
import { type OperationName, operations } from "./model.generated.ts";
import type { ListShape, MapShape, StructureShape } from "./model.ts";
import { formatDouble, shortestFloat } from "./numbers.ts";
import { getShape, isStructure, type Structure } from "./shape.ts";

/** Violations that a message spells out; the others are counted. AWS spells out all. */
const maxReported = 32;

/** Characters up to which a message quotes a value. AWS quotes values in full; here longer ones are left out. */
const maxQuoted = 1024;

const notNull = "Member must not be null";

/**
 * Checks a deserialised input against the constraints of the operation's input shape: required members, lengths,
 * ranges, patterns (which match whole values) and enums. The entries of a list or map of a wrong size are not
 * looked at.
 *
 * @throws AwsError ValidationException that counts the violations and tells them as AWS's framework does:
 * `2 validation errors detected: Value '0' at 'maxFaces' failed to satisfy constraint: Member must …; Value …`.
 * What is wrong with any entries of a list or map is told once, of the list or map
 * (`Value '[a]' at 'faceIds' … Member must satisfy constraint: [Member must …]`), and with a member of a listed
 * structure at its position, counted from 1 (`settings.challengePreferences.1.member.type`).
 */
export function validate(operation: OperationName, input: Structure): void {
  const violations = new Violations();
  checkValue(operations[operation].input, input, "", violations);
  violations.throwIfAny();
}

class Violations {
  #count = 0;
  readonly #texts: string[] = [];

  /** @param quoted the value as the message shows it; undefined when it shows none */
  add(quoted: string | undefined, path: string, constraint: string): void {
    this.#count++;
    if (this.#texts.length < maxReported) {
      const value = quoted === undefined ? "Value" : `Value ${quoted}`;
      this.#texts.push(`${value} at '${path}' failed to satisfy constraint: ${constraint}`);
    }
  }

  throwIfAny(): void {
    if (this.#count > 0) {
      const errors = this.#count === 1 ? "validation error" : "validation errors";
      throw new AwsError(
        "ValidationException",
        `${this.#count} ${errors} detected: ${this.#texts.join("; ")}`,
      );
    }
  }
}

function checkValue(shapeName: string, value: unknown, path: string, violations: Violations): void {
  const broken = constraintsOf(shapeName).filter((constraint) => !constraint.holds(value));
  for (const { text } of broken) {
    violations.add(quote(shapeName, value), path, text);
  }
  if (broken.length > 0) {
    return;
  }
  const shape = getShape(shapeName);
  if (shape.type === "structure" && isStructure(value)) {
    checkMembers(shape, value, path, violations);
  } else if (shape.type === "list" && Array.isArray(value)) {
    checkList(shape, value, path, (text) => violations.add(quote(shapeName, value), path, text), violations);
  } else if (shape.type === "map" && isStructure(value)) {
    checkMap(shape, value, (text) => violations.add(quote(shapeName, value), path, text));
  }
}

function checkMembers(
  shape: StructureShape,
  structure: Structure,
  path: string,
  violations: Violations,
): void {
  for (const [name, target] of Object.entries(shape.members)) {
    const value = structure[name];
    const memberName = name.charAt(0).toLowerCase() + name.slice(1);
    const memberPath = path === "" ? memberName : `${path}.${memberName}`;
    if (value !== undefined) {
      checkValue(target, value, memberPath, violations);
    } else if (shape.required?.includes(name)) {
      violations.add("null", memberPath, notNull);
    }
  }
}

function checkList(
  shape: ListShape,
  list: readonly unknown[],
  path: string,
  report: (constraint: string) => void,
  violations: Violations,
): void {
  checkEntries(shape.member, list, (texts) => report(`Member must satisfy constraint: ${texts}`));
  if (getShape(shape.member).type === "structure") {
    for (const [index, entry] of list.entries()) {
      checkValue(shape.member, entry, `${path}.${index + 1}.member`, violations);
    }
  }
}

function checkMap(shape: MapShape, map: Structure, report: (constraint: string) => void): void {
  checkEntries(shape.key, Object.keys(map), (texts) => report(`Map keys must satisfy constraint: ${texts}`));
  checkEntries(shape.value, Object.values(map), (texts) =>
    report(`Map value must satisfy constraint: ${texts}`),
  );
}

/** Reports all rules of the entries' shape when any entry breaks any of them. */
function checkEntries(
  shapeName: string,
  entries: readonly unknown[],
  report: (constraints: string) => void,
): void {
  const constraints = constraintsOf(shapeName);
  const hasNull = entries.includes(null);
  if (hasNull || entries.some((entry) => constraints.some(({ holds }) => !holds(entry)))) {
    const texts = [...constraints.map(({ text }) => text), ...(hasNull ? [notNull] : [])];
    report(`[${texts.join(", ")}]`);
  }
}

function quote(shapeName: string, value: unknown): string | undefined {
  const text = javaString(shapeName, value);
  return text === undefined || text.length > maxQuoted ? undefined : `'${text}'`;
}

/** What Java's `toString` gives for the value; undefined for structures, of which AWS's form is not known. */
function javaString(shapeName: string, value: unknown): string | undefined {
  const shape = getShape(shapeName);
  if (shape.type === "list" && Array.isArray(value)) {
    const entries = value.map((entry: unknown) => javaString(shape.member, entry));
    return entries.includes(undefined) ? undefined : `[${entries.join(", ")}]`;
  }
  if (shape.type === "map" && isStructure(value)) {
    const entries = Object.entries(value);
    return `{${entries.map(([key, entry]) => `${key}=${javaString(shape.value, entry)}`).join(", ")}}`;
  }
  if (shape.type === "structure") {
    return undefined;
  }
  if (ArrayBuffer.isView(value)) {
    return `java.nio.HeapByteBuffer[pos=0 lim=${value.byteLength} cap=${value.byteLength}]`;
  }
  if (shape.type === "float" && Number.isFinite(value)) {
    return formatDouble(shortestFloat(Number(value)));
  }
  return String(value);
}
