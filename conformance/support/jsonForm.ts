/** What kind of JSON a value is, its members in the order in which they were written. */
export type Form =
  | "string"
  | "boolean"
  | "null"
  /** Written without a point. */
  | "integer"
  /** Written with a point. */
  | "float"
  /** A list, by the forms that its entries have. */
  | readonly Form[]
  | { readonly [member: string]: Form };

const numberMark = "\u0000";

/** The form of a JSON text. Numbers are told apart as they are written, which `JSON.parse` forgets. */
export function formOf(text: string): Form {
  const marked = text.replace(/("(?:[^"\\]|\\.)*")|-?\d[\d.E+-]*/g, (token, string?: string) =>
    string === undefined ? JSON.stringify(numberMark + token) : token,
  );
  return describe(JSON.parse(marked));
}

function describe(value: unknown): Form {
  if (value === null) return "null";
  if (Array.isArray(value)) return distinct(value.map(describe));
  if (typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, describe(member)]));
  }
  if (typeof value === "boolean") return "boolean";
  const string = String(value);
  if (!string.startsWith(numberMark)) return "string";
  return string.includes(".") ? "float" : "integer";
}

function distinct(forms: readonly Form[]): Form[] {
  return [...new Map(forms.map((form) => [JSON.stringify(form), form])).values()];
}
