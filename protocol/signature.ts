import { createHash } from "node:crypto";
import { HttpRequest } from "@smithy/protocol-http";
import { SignatureV4 } from "@smithy/signature-v4";
import { Sha256 } from "./sha256.ts";

/** What a signature covers. The body is there by its SHA-256, in lower-case hexadecimal digits. */
interface SignedParts {
  readonly method: string;
  readonly path: string;
  /** The headers that the client says it signed, by their names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly bodyHash: string;
  readonly date: Date;
}

export interface SigningKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
  readonly service: string;
}

/** Headers that the signer adds of itself: they count only when the client signed them too. */
const addedHeaders = new Set(["x-amz-date", "x-amz-content-sha256"]);

/** The SHA-256 of a body, in lower-case hexadecimal digits. */
export function hashBody(body: Uint8Array): string {
  return createHash("sha256").update(body).digest("hex");
}

/**
 * Calculates the signature that a request has to bear, in lower-case hexadecimal digits.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export async function calculateSignature(parts: SignedParts, key: SigningKey): Promise<string> {
  const { accessKeyId, secretAccessKey, region, service } = key;
  const signer = new SignatureV4({
    credentials: { accessKeyId, secretAccessKey },
    region,
    service,
    sha256: Sha256,
  });
  const request = new HttpRequest({
    method: parts.method,
    path: parts.path,
    // The signer takes the body's hash from this header, so a hash that the client made up counts for nothing.
    headers: { ...Object.fromEntries(parts.headers), "x-amz-content-sha256": parts.bodyHash },
  });
  const signed = await signer.sign(request, {
    signingDate: parts.date,
    signableHeaders: new Set(parts.headers.keys()),
    unsignableHeaders: addedHeaders,
  });
  return signed.headers.authorization?.split("Signature=").at(-1) ?? "";
}
