import { type AwsError, serializationError } from "./errors.ts";

const base64Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/**
 * Decodes base64 as AWS takes it: the standard alphabet, padded, nothing around it.
 *
 * @returns a Buffer that is alone on its memory, so that it can be moved to another thread
 * @throws AwsError SerializationException, in AWS's words but for the value, which may be an image
 */
export function readBlob(base64: string): Buffer {
  if (base64.length % 4 !== 0) {
    throw notBase64(`Base64 encoded length is expected a multiple of 4 bytes but found: ${base64.length}`);
  }
  const blob = allocateFor(base64.length, base64.slice(-4));
  // Node's decoder skips what it does not know, which then is missing from the bytes. It also takes the URL-safe
  // letters, and in strings beyond Latin-1 the lower byte of each character.
  if (blob.write(base64, "base64") !== blob.length || hasLenientCharacter(base64)) {
    throw notBase64(`Invalid Base64 character: '${firstForeignCharacter(base64)}'`);
  }
  if (hasUnusedBits(base64.slice(-4))) {
    throw notBase64("Invalid last non-pad Base64 character dectected");
  }
  return blob;
}

/** Characters that are decoded at a time: four make three bytes, and strings of this length live and die cheaply. */
const pieceLength = 4 * 8 * 1024;

/**
 * Decodes base64 where it lies in a body, without a string as long as the image.
 *
 * @param base64 ASCII
 * @returns what {@link readBlob} does; undefined for what that refuses
 */
export function decodeBlob(base64: Buffer): Buffer | undefined {
  const end = base64.toString("latin1", Math.max(0, base64.length - 4));
  if (base64.length % 4 !== 0 || hasUnusedBits(end)) return undefined;
  const blob = allocateFor(base64.length, end);
  let written = 0;
  for (let at = 0; at < base64.length; at += pieceLength) {
    const piece = base64.toString("latin1", at, at + pieceLength);
    if (hasLenientCharacter(piece)) return undefined;
    written += blob.write(piece, written, "base64");
  }
  return written === blob.length ? blob : undefined;
}

/** @param end the last four characters. */
function allocateFor(characters: number, end: string): Buffer {
  return Buffer.allocUnsafeSlow((characters / 4) * 3 - paddingOf(end));
}

function paddingOf(end: string): number {
  return end.endsWith("==") ? 2 : end.endsWith("=") ? 1 : 0;
}

/** Whether the last character before the padding says more than there are bytes. */
function hasUnusedBits(end: string): boolean {
  const padding = paddingOf(end);
  return padding > 0 && base64Alphabet.indexOf(end.charAt(3 - padding)) % 2 ** (2 * padding) !== 0;
}

function hasLenientCharacter(base64: string): boolean {
  return base64.includes("-") || base64.includes("_") || Buffer.byteLength(base64) !== base64.length;
}

function firstForeignCharacter(base64: string): string {
  return /[^A-Za-z0-9+/]/u.exec(base64)?.[0] ?? "=";
}

function notBase64(reason: string): AwsError {
  return serializationError(`STRING_VALUE can not be converted to a Blob: ${reason}`);
}
