import { isAscii, isUtf8 } from "node:buffer";
import { serializationError } from "./errors.ts";
import { isStructure, type Structure } from "./shape.ts";

/**
 * The most brackets, braces, colons and commas that a body may hold. `JSON.parse` blocks its thread for seconds on
 * 10 MB of `[[[[…`, which anyone may send before a signature is looked at; the greatest request of a face
 * operation, 4096 face ids, holds some 4100.
 */
const MAX_PUNCTUATION = 100_000;

const PUNCTUATION = [..."[{:,"].map((character) => character.charCodeAt(0));

/**
 * Reads a request's body: one JSON object, in UTF-8.
 *
 * @throws AwsError SerializationException, without a text for all that AWS gives none: nothing, not JSON, not
 * UTF-8, a scalar, or too much structure
 */
export function parseBody(body: Uint8Array): Structure {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  if (!isUtf8(bytes) || !hasBoundedStructure(bytes)) {
    throw serializationError();
  }
  // Most bodies are base64 but for a few words, and ASCII is read seven times faster.
  const value = parseJson(bytes.toString(isAscii(bytes) ? "latin1" : "utf8"));
  if (Array.isArray(value)) {
    throw serializationError("Start of list found where not expected");
  }
  if (!isStructure(value)) {
    throw serializationError();
  }
  return value;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message quotes the body, which may be an image.
    throw serializationError();
  }
}

function hasBoundedStructure(bytes: Buffer): boolean {
  let count = 0;
  for (const character of PUNCTUATION) {
    for (let at = bytes.indexOf(character); at !== -1; at = bytes.indexOf(character, at + 1)) {
      count++;
      if (count > MAX_PUNCTUATION) {
        return false;
      }
    }
  }
  return true;
}
