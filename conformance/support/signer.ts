import { HttpRequest } from "@smithy/protocol-http";
import { SignatureV4 } from "@smithy/signature-v4";
import { Sha256 } from "../../protocol/sha256.ts";
import type { RawRequest } from "./http.ts";

/** What is special about a signed request. */
export interface SigningOptions {
  readonly target?: string;
  readonly body?: string | Uint8Array;
  readonly date?: Date;
  /** A token of a temporary key, which is signed with the rest. */
  readonly sessionToken?: string | undefined;
  /** Whether `x-amz-content-sha256` is sent and signed, as the JavaScript SDK does and boto3 does not. */
  readonly withBodyHash?: boolean;
}

/** Who signs, and for which endpoint. */
export interface SignerSettings {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
}

/** Makes requests that are signed correctly, ListCollections unless another target is given. */
export function createSigner({ endpoint, region, credentials }: SignerSettings) {
  const { hostname, host, protocol } = new URL(endpoint);
  return async ({
    target = "RekognitionService.ListCollections",
    body = "{}",
    date = new Date(),
    sessionToken = credentials.sessionToken,
    withBodyHash = false,
  }: SigningOptions): Promise<RawRequest> => {
    const signer = new SignatureV4({
      credentials: { ...credentials, ...(sessionToken !== undefined && { sessionToken }) },
      region,
      service: "rekognition",
      sha256: Sha256,
      applyChecksum: withBodyHash,
    });
    const signed = await signer.sign(
      new HttpRequest({
        method: "POST",
        protocol,
        hostname,
        path: "/",
        headers: { host, "content-type": "application/x-amz-json-1.1", "x-amz-target": target },
        body,
      }),
      { signingDate: date },
    );
    return { method: "POST", headers: signed.headers, body };
  };
}
