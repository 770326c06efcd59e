import { randomUUID } from "node:crypto";
import type { Server } from "node:http";
import https from "node:https";
import type { AddressInfo } from "node:net";
import type { Logger } from "pino";
import { createSigV4Verifier } from "../protocol/sigv4.ts";
import { createAuthorizer } from "./access/authorize.ts";
import { followKeyFile, KeyRing } from "./access/keyRing.ts";
import { RateLimiter } from "./access/rateLimits.ts";
import type { Config } from "./config.ts";
import { bindOperations, offeredOperations } from "./operations/registry.ts";
import type { ModelPack } from "./recognition/packs/pack.ts";
import { createApp } from "./server/app.ts";
import { BodyMemory } from "./server/bodyMemory.ts";
import { createLadder } from "./server/ladder.ts";
import { createListener } from "./server/listener.ts";
import { createMetricsServer } from "./server/metricsServer.ts";
import { Readiness } from "./server/readiness.ts";
import { logRequests } from "./server/requestLog.ts";
import { openServices } from "./services.ts";
import { createMetrics } from "./telemetry/metrics.ts";
import { version } from "./version.ts";

/** A service that answers. */
export interface RunningService {
  /** For the `endpoint` of an SDK client. */
  readonly endpoint: string;
  /** Of `GET /metrics`, where it is switched on. */
  readonly metricsEndpoint: string | undefined;
  /** Answers what is in work, then ends. */
  close(): Promise<void>;
}

/** Starts the service: services, ladder, HTTP. */
export async function startService(
  config: Config,
  catalogue: readonly ModelPack[],
  log: Logger,
): Promise<RunningService> {
  const closers: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const closeOne of closers.reverse()) await closeOne();
  };
  try {
    const running = await openServices(config, catalogue, log);
    closers.push(running.close);
    const readiness = new Readiness(running.checks, (check, error) =>
      log.warn({ check, err: error }, "not ready"),
    );
    const observers = [logRequests(log)];
    if (config.otlpEndpoint !== undefined) {
      const { openTraces } = await import("./telemetry/traces.ts");
      const warn = (reason: string) => log.warn({ reason }, "traces are not sent");
      const traces = openTraces({ endpoint: config.otlpEndpoint, version, warn });
      observers.push(traces.observe);
      closers.push(traces.close);
    }
    let metricsEndpoint: string | undefined;
    if (config.metricsPort !== undefined) {
      const { registry, observe } = createMetrics({
        ...running.sources,
        operations: Object.keys(offeredOperations),
        version,
        readiness: () => readiness.report(),
      });
      observers.push(observe);
      const server = createMetricsServer(registry);
      metricsEndpoint = await listen(server, config.metricsHost, config.metricsPort);
      closers.push(() => drain(server));
    }
    const keyRing = new KeyRing(config.accessKeys);
    if (config.accessKeyFile !== undefined) {
      const unfollow = followKeyFile(keyRing, config.accessKeyFile, log);
      closers.push(async () => unfollow());
    }
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
      observe: (request) => {
        for (const observe of observers) observe(request);
      },
    });
    const app = createApp({
      answer,
      readiness,
      bodyMemory: new BodyMemory(config.bodyMemory * 1024 * 1024),
      isKnownKey: (accessKeyId) => keyRing.find(accessKeyId) !== undefined,
      newId: randomUUID,
      log,
    });
    const { server, release } = createListener(app, config, log);
    closers.push(async () => release());
    const endpoint = await listen(server, config.host, config.port);
    closers.push(() => drain(server));
    return { endpoint, metricsEndpoint, close };
  } catch (error) {
    await close();
    throw error;
  }
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

/** @returns the endpoint. */
function listen(server: Server, host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      const scheme = server instanceof https.Server ? "https" : "http";
      resolve(endpointOf(scheme, server.address() as AddressInfo));
    });
  });
}

function endpointOf(scheme: string, { address, family, port }: AddressInfo): string {
  return `${scheme}://${family === "IPv6" ? `[${address}]` : address}:${port}`;
}
