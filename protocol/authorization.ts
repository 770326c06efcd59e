import { AwsError } from "./errors.ts";

const knownParameters = ["Credential", "Signature", "SignedHeaders"];

/** What an `Authorization` header of Signature Version 4 says, as it stands there. */
export interface Authorization {
  readonly algorithm: string;
  readonly credential: string;
  readonly signature: string;
  readonly signedHeaders: readonly string[];
  /** `YYYYMMDDTHHMMSSZ`, or what is there in its place. */
  readonly date: string;
}

/**
 * Reads an `Authorization` header.
 *
 * @param header the `Authorization` header
 * @param date the `X-Amz-Date` header, or else the `Date` header
 * @throws AwsError IncompleteSignatureException that names all that is missing
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-authentication-methods.html
 */
export function parseAuthorization(header: string, date: string | undefined): Authorization {
  const [algorithm = "", ...pairs] = header.split(/[ ,]+/);
  const parameters = new Map(pairs.map((pair) => splitPair(pair)));
  const credential = parameters.get("Credential");
  const signature = parameters.get("Signature");
  const signedHeaders = parameters.get("SignedHeaders");
  if (credential && signature && signedHeaders && date) {
    return { algorithm, credential, signature, signedHeaders: signedHeaders.split(";"), date };
  }
  const missing = knownParameters
    .filter((name) => !parameters.get(name))
    .map((name) => `Authorization header requires '${name}' parameter. `);
  if (!date) {
    missing.push("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ");
  }
  throw new AwsError("IncompleteSignatureException", `${missing.join("")}Authorization=${header}`);
}

function splitPair(pair: string): [string, string] {
  const at = pair.indexOf("=");
  return at === -1 ? [pair, ""] : [pair.slice(0, at), pair.slice(at + 1)];
}
