import { createServer, type RequestListener, type Server, type ServerOptions } from "node:http";
import https from "node:https";
import type { Logger } from "pino";
import { type ConnectionLoad, countConnections } from "./connectionCount.ts";
import type { RefusalParts } from "./refusals.ts";
import { followTls, readTls, type TlsFiles } from "./tls.ts";
import { answerUnreadable } from "./unreadable.ts";

/** Longest pause between two requests on a connection, in milliseconds: longer than SDKs keep theirs. */
const keepAlive = 75_000;

/** Longest time for a request's headers, and for a TLS handshake, in milliseconds. SDKs send them at once. */
const headersTimeout = 10_000;

/** Longest time that a connection in use may be silent in both directions, such as a client that does not read. */
const silence = 300_000;

/** Limits for what clients do to connections. */
export interface ListenerSettings {
  /** Most connections at once; more are closed as they come. */
  readonly maxConnections: number;
  /** Seconds that a request may take to arrive. */
  readonly requestTimeout: number;
  /** Not given: plain HTTP. */
  readonly tls: TlsFiles | undefined;
}

/** A server that does not listen yet. */
export interface Listener {
  readonly server: Server;
  readonly connections: () => ConnectionLoad;
  /** Ends the watch of the certificate. */
  release(): void;
}

/** Makes the HTTP or HTTPS server. @throws TlsFilesError */
export function createListener(
  listener: RequestListener,
  { maxConnections, requestTimeout, tls }: ListenerSettings,
  refusal: RefusalParts,
  log: Logger,
): Listener {
  const limits: ServerOptions = {
    keepAliveTimeout: keepAlive,
    headersTimeout: Math.min(headersTimeout, 1000 * requestTimeout),
    requestTimeout: 1000 * requestTimeout,
    connectionsCheckingInterval: 1000,
    maxHeaderSize: 16 * 1024,
  };
  const guard = <Guarded extends Server | https.Server>(server: Guarded): Guarded => {
    server.maxConnections = maxConnections;
    server.setTimeout(silence);
    answerUnreadable(server, refusal);
    return server;
  };
  if (tls === undefined) {
    const server = guard(createServer(limits, listener));
    return { server, connections: countConnections(server), release: () => {} };
  }
  const server = guard(
    https.createServer({ ...limits, ...readTls(tls), handshakeTimeout: headersTimeout }, listener),
  );
  return { server, connections: countConnections(server), release: followTls(server, tls, log) };
}
