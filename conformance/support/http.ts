import http from "node:http";
import https from "node:https";

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

/** How a request is sent: over a connection of its own unless an agent keeps some. */
export interface SendOptions {
  /** Path and query as they are to be sent, in place of the address's. */
  readonly path?: string;
  readonly agent?: http.Agent;
  readonly signal?: AbortSignal;
}

/** Sends a request exactly as it is. @throws when the connection breaks, or the signal ends it */
export function send(
  { method, headers, body }: RawRequest,
  address: URL,
  { path, agent, signal }: SendOptions = {},
): Promise<RawAnswer> {
  const { request } = address.protocol === "https:" ? https : http;
  return new Promise((resolve, reject) => {
    const sent = request(
      address,
      { method, headers, agent: agent ?? false, signal, ...(path && { path }) },
      (response) => {
        const pieces: Buffer[] = [];
        response.on("data", (piece: Buffer) => pieces.push(piece));
        response.on("error", reject);
        response.on("end", () => {
          const text = Buffer.concat(pieces).toString();
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: parse(text) });
        });
      },
    );
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
