import { timingSafeEqual } from "node:crypto";
import { type Authorization, parseAuthorization } from "./authorization.ts";
import { checkScope, parseCredential } from "./credentialScope.ts";
import { AwsError, invalidSignature } from "./errors.ts";
import { calculateSignature, hashBody, type SigningKey } from "./signature.ts";
import { checkSkew, parseDate } from "./signingDate.ts";

/** Who signed a request. */
export interface Caller {
  readonly accessKeyId: string;
}

/** What this endpoint has issued to a caller. The secret goes no further than the verifier. */
export interface IssuedKey<Holder extends Caller> {
  readonly secretAccessKey: string;
  readonly caller: Holder;
}

/** A request as it was received, before anything changed it. */
export interface SignedRequest {
  readonly method: string;
  /** What stands before the `?` in the request's target, still escaped. */
  readonly path: string;
  /** What stands after the `?` in the request's target, still escaped; empty when there is none. */
  readonly query: string;
  /** Names and values in turn, as in Node's `IncomingMessage.rawHeaders`. */
  readonly rawHeaders: readonly string[];
  readonly body: Uint8Array;
}

export interface SigV4Settings<Holder extends Caller> {
  /** The one region that clients have to sign for. */
  readonly region: string;
  /** The one service that clients have to sign for: `rekognition`. */
  readonly service: string;
  readonly findKey: (accessKeyId: string) => IssuedKey<Holder> | undefined;
  readonly now: () => Date;
}

const knownAlgorithm = "AWS4-HMAC-SHA256";

/** AWS asks for the first only; with the target unsigned, a captured ListFaces could be sent again as DeleteFaces. */
const mustBeSigned = [
  ["host", "Host"],
  ["x-amz-target", "X-Amz-Target"],
] as const;

/**
 * Makes a function that verifies a request's Signature Version 4 by signing the request again, with only the
 * headers that the client says it signed and with the hash of the body that was received. It gives the caller, or
 * throws what AWS answers, by the first check that fails in AWS's order:
 *
 * 1. `Authorization` header present, and not in the query string as well: MissingAuthenticationTokenException,
 *    InvalidSignatureException
 * 2. all its parts and a date present, the date well-formed: IncompleteSignatureException
 * 3. the date within 15 minutes of now: InvalidSignatureException
 * 4. `Host` signed, and `X-Amz-Target`, which tells the operation: InvalidSignatureException
 * 5. algorithm, and the credential's form: IncompleteSignatureException
 * 6. the credential's region, service, terminator and date: InvalidSignatureException
 * 7. access key known: UnrecognizedClientException
 * 8. signature right: InvalidSignatureException
 * 9. no session token, as this endpoint issues none: UnrecognizedClientException
 *
 * It is stricter than AWS where no SDK goes: a signature in the query string, any query string, a path with empty
 * or dot segments, an unsigned body, a signed `Date` header, and signed headers that are repeated or not ASCII are
 * all refused. A `Content-Length` that a proxy took away is taken from the body, which it cannot contradict.
 */
export function createSigV4Verifier<Holder extends Caller>(
  settings: SigV4Settings<Holder>,
): (request: SignedRequest) => Promise<Holder> {
  return async (request) => {
    const headers = groupHeaders(request.rawHeaders);
    const authorization = readAuthorization(request, headers);
    const date = parseDate(authorization.date);
    checkSkew(date, settings.now());
    checkSignedHeaders(authorization.signedHeaders);
    checkAlgorithm(authorization.algorithm);
    const scope = parseCredential(authorization.credential);
    checkScope(scope, authorization.date, settings);
    const key = settings.findKey(scope.accessKeyId);
    if (key === undefined) {
      throw new AwsError(
        "UnrecognizedClientException",
        "The security token included in the request is invalid.",
      );
    }
    const expected = await signAgain(request, headers, authorization.signedHeaders, date, {
      accessKeyId: scope.accessKeyId,
      secretAccessKey: key.secretAccessKey,
      region: settings.region,
      service: settings.service,
    });
    if (expected === undefined || !equalInConstantTime(authorization.signature, expected)) {
      throw invalidSignature(
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.",
      );
    }
    if (headers.has("x-amz-security-token")) {
      throw new AwsError(
        "UnrecognizedClientException",
        "The security token included in the request is invalid",
      );
    }
    return key.caller;
  };
}

type Headers = ReadonlyMap<string, readonly string[]>;

function groupHeaders(rawHeaders: readonly string[]): Headers {
  const headers = new Map<string, string[]>();
  for (const [index, name] of rawHeaders.entries()) {
    if (index % 2 === 0) {
      const values = headers.get(name.toLowerCase()) ?? [];
      headers.set(name.toLowerCase(), [...values, rawHeaders[index + 1] ?? ""]);
    }
  }
  return headers;
}

function readAuthorization(request: SignedRequest, headers: Headers): Authorization {
  const header = headers.get("authorization")?.join(",").trim();
  if (new URLSearchParams(request.query).has("X-Amz-Algorithm")) {
    throw header === undefined
      ? new AwsError(
          "IncompleteSignatureException",
          "This endpoint takes a signature from the 'Authorization' HTTP header only, not from the query-string.",
        )
      : invalidSignature(
          "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.",
        );
  }
  if (!header?.startsWith("AWS4-")) {
    throw new AwsError("MissingAuthenticationTokenException", "Missing Authentication Token");
  }
  return parseAuthorization(header, (headers.get("x-amz-date") ?? headers.get("date"))?.join(","));
}

function checkSignedHeaders(signedHeaders: readonly string[]): void {
  for (const [name, title] of mustBeSigned) {
    if (!signedHeaders.includes(name)) {
      throw invalidSignature(`'${title}' must be a 'SignedHeader' in the AWS Authorization.`);
    }
  }
}

function checkAlgorithm(algorithm: string): void {
  if (algorithm !== knownAlgorithm) {
    throw new AwsError(
      "IncompleteSignatureException",
      `Unsupported AWS 'algorithm': '${algorithm}' (only ${knownAlgorithm} for now). `,
    );
  }
}

/** The signature that the request has to bear; undefined when the signer would not sign it as it was received. */
async function signAgain(
  { method, path, query, body }: SignedRequest,
  headers: Headers,
  signedHeaders: readonly string[],
  date: Date,
  key: SigningKey,
): Promise<string | undefined> {
  const signed = selectSignedHeaders(signedHeaders, headers, body);
  if (signed === undefined || query !== "" || !isNormalPath(path)) {
    return undefined;
  }
  return calculateSignature({ method, path, headers: signed, bodyHash: hashBody(body), date }, key);
}

/** The headers that the client signed; undefined when one of them is absent, repeated or not ASCII. */
function selectSignedHeaders(
  names: readonly string[],
  headers: Headers,
  body: Uint8Array,
): ReadonlyMap<string, string> | undefined {
  const signed = new Map<string, string>();
  for (const name of names) {
    const [value, ...others] = headers.get(name) ?? (name === "content-length" ? [`${body.byteLength}`] : []);
    if (value === undefined || others.length > 0 || signed.has(name) || !/^[\t -~]*$/.test(value)) {
      return undefined;
    }
    signed.set(name, value);
  }
  return signed;
}

/** Whether a path is as it is signed: the signer would resolve `//`, `/./` and `/../`. */
function isNormalPath(path: string): boolean {
  return path.startsWith("/") && !/\/\.{0,2}\//.test(path) && !/\/\.{1,2}$/.test(path);
}

function equalInConstantTime(given: string, expected: string): boolean {
  const a = Buffer.from(given);
  const b = Buffer.from(expected);
  return a.length === b.length && timingSafeEqual(a, b);
}
