import { isDeepStrictEqual } from "node:util";
import { formOf } from "../../conformance/support/jsonForm.ts";

/**
 * Whether two answers are the same but for what differs from run to run. JSON has the same members with values of
 * the same types; other text is the same but for ids, numbers and spaces.
 */
export function sameForm(documented: string, came: string): boolean {
  const [one, other] = [documented, came].map(jsonForm);
  if (one === undefined || other === undefined) return blanked(documented) === blanked(came);
  return isDeepStrictEqual(one, other);
}

function jsonForm(text: string) {
  try {
    return formOf(text);
  } catch {
    return undefined;
  }
}

function blanked(text: string): string {
  return text
    .replace(/[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g, "ID")
    .replace(/\d+(\.\d+)?/g, "0")
    .replace(/\s+/g, " ")
    .trim();
}
