import { type AwsError, serializationError } from "./errors.ts";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

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
  const padding = base64.endsWith("==") ? 2 : base64.endsWith("=") ? 1 : 0;
  const blob = Buffer.allocUnsafeSlow((base64.length / 4) * 3 - padding);
  // Node's decoder skips what it does not know, which then is missing from the bytes. It also takes the URL-safe
  // letters, and in strings beyond Latin-1 the lower byte of each character.
  if (blob.write(base64, "base64") !== blob.length || hasLenientCharacter(base64)) {
    throw notBase64(`Invalid Base64 character: '${firstForeignCharacter(base64)}'`);
  }
  const unusedBits = 2 * padding;
  if (padding > 0 && ALPHABET.indexOf(base64.charAt(base64.length - padding - 1)) % 2 ** unusedBits !== 0) {
    throw notBase64("Invalid last non-pad Base64 character dectected");
  }
  return blob;
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
