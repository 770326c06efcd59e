import { isAscii, isUtf8 } from "node:buffer";
import { decodeBlob } from "./blob.ts";
import { serializationError } from "./errors.ts";
import { isStructure, type Structure } from "./shape.ts";

/**
 * The most brackets, braces, colons, commas and quotes that a body may hold. `JSON.parse` blocks its thread for seconds on
 * 10 MB of `[[[[…`, which anyone may send before a signature is looked at; the greatest request of a face
 * operation, 4096 face ids, holds some 12,300.
 */
const maxPunctuation = 100_000;

const punctuation = [...`[{:,"`].map((character) => character.charCodeAt(0));

/** Characters from which a string that is base64 is not read as a string: shorter ones are quicker with the rest. */
const longLength = 32 * 1024;

const quoteCode = '"'.charCodeAt(0);

/** What follows a string that is no member's name, where nothing is indented. */
const afterValue = [...",}]"].map((character) => character.charCodeAt(0));

/**
 * Reads a request's body: one JSON object, in UTF-8. Long strings that are base64, which is what images come as, are
 * given as the Buffers that they stand for: reading one as a string first takes ten times as long.
 *
 * @throws AwsError SerializationException, without a text for all that AWS gives none: nothing, not JSON, not
 * UTF-8, a scalar, or too much structure
 */
export function parseBody(body: Uint8Array): Structure {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  if (!isUtf8(bytes) || !hasBoundedStructure(bytes)) {
    throw serializationError();
  }
  const value = parseJson(cutBlobs(bytes));
  if (Array.isArray(value)) {
    throw serializationError("Start of list found where not expected");
  }
  if (!isStructure(value)) {
    throw serializationError();
  }
  return value;
}

/** JSON, and the blobs that were cut out of it: where one was, a string is the character 0 and the blob's index. */
interface CutJson {
  readonly text: string;
  readonly blobs: readonly Buffer[];
}

/**
 * Cuts long base64 out of a body. Only a body without escapes is cut: in it each other quote ends a string, and no
 * string of its own can hold the character 0.
 */
function cutBlobs(bytes: Buffer): CutJson {
  // ASCII is read seven times faster as Latin-1.
  const encoding = isAscii(bytes) ? "latin1" : "utf8";
  const blobs: Buffer[] = [];
  let text = "";
  let rest = 0;
  if (bytes.length > longLength && !bytes.includes("\\")) {
    for (
      let open = bytes.indexOf(quoteCode), close: number;
      open !== -1;
      open = bytes.indexOf(quoteCode, close + 1)
    ) {
      close = bytes.indexOf(quoteCode, open + 1);
      if (close === -1) break;
      if (close - open <= longLength || !afterValue.includes(bytes[close + 1] as number)) continue;
      const blob = decodeBlob(bytes.subarray(open + 1, close));
      if (blob === undefined) continue;
      text += `${bytes.toString(encoding, rest, open)}"\\u0000${blobs.length}"`;
      blobs.push(blob);
      rest = close + 1;
    }
  }
  return { text: text + bytes.toString(encoding, rest), blobs };
}

function parseJson({ text, blobs }: CutJson): unknown {
  const blobFor = (_: string, value: unknown) =>
    typeof value === "string" && value.startsWith("\0") ? blobs[Number(value.slice(1))] : value;
  try {
    return JSON.parse(text, blobs.length > 0 ? blobFor : undefined);
  } catch {
    // The parser's message quotes the body, which may be an image.
    throw serializationError();
  }
}

function hasBoundedStructure(bytes: Buffer): boolean {
  let count = 0;
  for (const character of punctuation) {
    for (let at = bytes.indexOf(character); at !== -1; at = bytes.indexOf(character, at + 1)) {
      count++;
      if (count > maxPunctuation) {
        return false;
      }
    }
  }
  return true;
}
