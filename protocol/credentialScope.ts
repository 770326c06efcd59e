import { AwsError, invalidSignature } from "./errors.ts";

const requiredTerminator = "aws4_request";

/** Who signed, for what: the parts of `keyid/date/region/service/term`. */
export interface CredentialScope {
  readonly accessKeyId: string;
  /** `YYYYMMDD` */
  readonly date: string;
  readonly region: string;
  readonly service: string;
  readonly terminator: string;
}

/** @throws AwsError IncompleteSignatureException for anything but five parts */
export function parseCredential(credential: string): CredentialScope {
  const parts = credential.split("/");
  if (parts.length !== 5) {
    throw new AwsError(
      "IncompleteSignatureException",
      `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '${credential}'`,
    );
  }
  const [accessKeyId = "", date = "", region = "", service = "", terminator = ""] = parts;
  return { accessKeyId, date, region, service, terminator };
}

/**
 * @param date the date that the request was signed at, `YYYYMMDDTHHMMSSZ`
 * @throws AwsError InvalidSignatureException that names all parts that do not fit
 */
export function checkScope(
  scope: CredentialScope,
  date: string,
  expected: { readonly region: string; readonly service: string },
): void {
  let message = "";
  if (scope.region !== expected.region) {
    message += `Credential should be scoped to a valid region, not '${scope.region}'. `;
  }
  if (scope.service !== expected.service) {
    message += `Credential should be scoped to correct service: '${expected.service}'. `;
  }
  if (scope.terminator !== requiredTerminator) {
    message += `Credential should be scoped with a valid terminator: '${requiredTerminator}', not '${scope.terminator}'. `;
  }
  if (scope.date !== date.slice(0, 8)) {
    message += `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${scope.date}' != '${date.slice(0, 8)}', from '${date}'.`;
  }
  if (message !== "") {
    throw invalidSignature(message);
  }
}
