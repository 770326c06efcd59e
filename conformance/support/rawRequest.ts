import { createHash, createHmac, type Hash, type Hmac } from "node:crypto";
import http from "node:http";
import https from "node:https";
import { HttpRequest } from "@smithy/protocol-http";
import { SignatureV4 } from "@smithy/signature-v4";
import { credentials, endpoint, region } from "./client.ts";

/** A request as it goes over the wire. */
export interface RawRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

/** What came back. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
  /** The body, when it is JSON. */
  readonly json: Readonly<Record<string, unknown>> | undefined;
}

/** What is special about a signed request. */
export interface SigningOptions {
  readonly target?: string;
  readonly body?: string | Uint8Array;
  readonly date?: Date;
  /** Whether `x-amz-content-sha256` is sent and signed, as the JavaScript SDK does and boto3 does not. */
  readonly withBodyHash?: boolean;
}

class NodeHash {
  readonly #hash: Hash | Hmac;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash =
      secret === undefined
        ? createHash("sha256")
        : createHmac("sha256", typeof secret === "string" ? secret : bytesOf(secret));
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(typeof data === "string" ? data : bytesOf(data));
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
}

function bytesOf(data: ArrayBuffer | ArrayBufferView): Buffer {
  return ArrayBuffer.isView(data)
    ? Buffer.from(data.buffer, data.byteOffset, data.byteLength)
    : Buffer.from(data);
}

/** A correctly signed request, ListCollections unless another target is given. */
export async function signedRequest({
  target = "RekognitionService.ListCollections",
  body = "{}",
  date = new Date(),
  withBodyHash = false,
}: SigningOptions): Promise<RawRequest> {
  const { hostname, host, protocol } = new URL(endpoint);
  const signer = new SignatureV4({
    credentials,
    region,
    service: "rekognition",
    sha256: NodeHash,
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
}

/** Sends a request exactly as it is, over a connection of its own. */
export function sendRaw({ method, headers, body }: RawRequest, path = "/"): Promise<RawAnswer> {
  const address = new URL(path, endpoint);
  const { request } = address.protocol === "https:" ? https : http;
  return new Promise((resolve, reject) => {
    const sent = request(address, { method, headers, agent: false }, (response) => {
      const pieces: Buffer[] = [];
      response.on("data", (piece: Buffer) => pieces.push(piece));
      response.on("end", () => {
        const text = Buffer.concat(pieces).toString();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: parse(text) });
      });
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
}
