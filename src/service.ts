import { randomUUID } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Logger } from "pino";
import { createSigV4Verifier } from "../protocol/sigv4.ts";
import { createAuthorizer } from "./access/authorize.ts";
import { followKeyFile, KeyRing } from "./access/keyRing.ts";
import { RateLimiter } from "./access/rateLimits.ts";
import type { Config } from "./config.ts";
import { bindOperations } from "./operations/registry.ts";
import type { ModelPack } from "./recognition/packs/pack.ts";
import { createApp } from "./server/app.ts";
import { createLadder } from "./server/ladder.ts";
import { Readiness } from "./server/readiness.ts";
import { logRequests } from "./server/requestLog.ts";
import { openServices } from "./services.ts";

/** A service that answers. */
export interface RunningService {
  /** For the `endpoint` of an SDK client. */
  readonly endpoint: string;
  /** Answers what is in work, then ends. */
  close(): Promise<void>;
}

/** Longest pause between two requests on a connection, in milliseconds: longer than SDKs keep theirs. */
const keepAlive = 75_000;

/** Starts the service: services, ladder, HTTP. */
export async function startService(
  config: Config,
  catalogue: readonly ModelPack[],
  log: Logger,
): Promise<RunningService> {
  const running = await openServices(config, catalogue, log);
  const keyRing = new KeyRing(config.accessKeys);
  const unfollow =
    config.accessKeyFile === undefined ? () => {} : followKeyFile(keyRing, config.accessKeyFile, log);
  const limiter = new RateLimiter(config.rateLimits);
  const answer = createLadder({
    operations: bindOperations(running.services),
    verifySignature: createSigV4Verifier({
      region: config.region,
      service: "rekognition",
      findKey: (accessKeyId) => keyRing.find(accessKeyId),
      now: running.services.clock,
    }),
    countCall: (caller, operation) => limiter.count(caller, operation),
    authorize: createAuthorizer(config),
    newId: randomUUID,
    observe: logRequests(log),
  });
  const server = createServer(
    { keepAliveTimeout: keepAlive },
    createApp({ answer, readiness: new Readiness(running.checks), newId: randomUUID, log }),
  );
  try {
    await listen(server, config);
  } catch (error) {
    unfollow();
    await running.close();
    throw error;
  }
  return {
    endpoint: endpointOf(server.address() as AddressInfo),
    close: async () => {
      unfollow();
      await drain(server);
      await running.close();
    },
  };
}

/** Takes no new connections, answers what is in work, and closes connections as they fall idle. */
async function drain(server: Server): Promise<void> {
  const closeIdle = setInterval(() => server.closeIdleConnections(), 50);
  try {
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
  } finally {
    clearInterval(closeIdle);
  }
}

function listen(server: Server, { host, port }: Config): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
}

function endpointOf({ address, family, port }: AddressInfo): string {
  return `http://${family === "IPv6" ? `[${address}]` : address}:${port}`;
}
