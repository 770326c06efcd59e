import { systemErrorCode } from "../system/systemError.ts";

/** An error in a few words: its AWS name or the operating system's code, and its message. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = systemErrorCode(error) ?? error.name;
  return error.message === "" ? code : `${code}: ${error.message}`;
}
