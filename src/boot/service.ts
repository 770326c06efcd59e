import { randomUUID } from "node:crypto";
import type { Server } from "node:http";
import https from "node:https";
import type { AddressInfo } from "node:net";
import type { Logger } from "pino";
import { serviceUnavailable } from "../../protocol/errors.ts";
import { createSigV4Verifier } from "../../protocol/sigv4.ts";
import { collectionNamed, createAuthorizer } from "../access/authorize.ts";
import { followKeyFile, KeyRing } from "../access/keyRing.ts";
import { RateLimiter } from "../access/rateLimits.ts";
import { bindOperations, offeredOperations } from "../operations/registry.ts";
import type { ModelCatalogue } from "../packs/choosePack.ts";
import { createApp } from "../server/app.ts";
import { AuditLog } from "../server/auditLog.ts";
import { BodyMemory } from "../server/bodyMemory.ts";
import { drainable } from "../server/drain.ts";
import { createLadder, type WireAnswer, type WireRequest } from "../server/ladder.ts";
import { createListener } from "../server/listener.ts";
import { createMetricsServer } from "../server/metricsServer.ts";
import { NotOpenError, Readiness, type ReadinessCheck } from "../server/readiness.ts";
import { logRequests } from "../server/requestLog.ts";
import { version } from "../system/version.ts";
import type { RequestObserver } from "../telemetry/answeredRequest.ts";
import { createMetrics } from "../telemetry/metrics.ts";
import type { Config } from "./config.ts";
import { openServices, type RunningServices } from "./openServices.ts";

type Answer = (request: WireRequest) => Promise<WireAnswer>;

/** A service that answers. */
export interface RunningService {
  /** For the `endpoint` of an SDK client. */
  readonly endpoint: string;
  /** Of `GET /metrics`, where it is switched on. */
  readonly metricsEndpoint: string | undefined;
  /** Answers what is in work, then ends. */
  close(): Promise<void>;
}

/**
 * Starts the service: HTTP, services, ladder. While the services open, calls are answered by a ThrottlingException,
 * which SDKs try again, and readiness tells what is waited for.
 */
export async function startService(
  config: Config,
  catalogue: ModelCatalogue,
  log: Logger,
): Promise<RunningService> {
  const closers: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const closeOne of closers.splice(0).reverse()) await closeOne();
  };
  const listenTo = async (server: Server, host: string, port: number): Promise<string> => {
    const drain = drainable(server);
    const endpoint = await listen(server, host, port);
    closers.push(async () => {
      const left = await drain(1000 * config.drainTimeout);
      if (left > 0) log.warn({ requests: left }, "ended with requests in work: CAMEO_DRAIN_TIMEOUT was over");
    });
    return endpoint;
  };
  try {
    const audit =
      config.auditLog === undefined
        ? undefined
        : new AuditLog(config.auditLog, (error) =>
            log.error({ err: error }, "the audit log cannot be written: requests are refused until it can"),
          );
    const notOpen: ReadinessCheck = () => Promise.reject(new NotOpenError("opening"));
    let checks: Record<keyof RunningServices["checks"], ReadinessCheck> = {
      database: notOpen,
      models: notOpen,
    };
    let answer: Answer = () => Promise.reject(serviceUnavailable());
    const readiness = new Readiness(
      {
        database: () => checks.database(),
        models: () => checks.models(),
        ...(audit !== undefined && { auditLog: async () => audit.flush() }),
      },
      (check, error) => log.warn({ check, err: error }, "not ready"),
    );
    const keyRing = new KeyRing(config.accessKeys);
    if (config.accessKeyFile !== undefined) {
      const unfollow = followKeyFile(keyRing, config.accessKeyFile, log);
      closers.push(async () => unfollow());
    }
    const observers = [logRequests(log)];
    const observe: RequestObserver = (request) => {
      for (const observeOne of observers) observeOne(request);
    };
    const refusal = { newId: randomUUID, observe };
    const bodyMemory = new BodyMemory(config.bodyMemory * 1024 * 1024);
    const app = createApp({
      answer: (request) => answer(request),
      readiness,
      bodyMemory,
      isKnownKey: (accessKeyId) => keyRing.find(accessKeyId) !== undefined,
      ...refusal,
    });
    const { server, connections, release } = createListener(app, config, refusal, log);
    closers.push(async () => release());
    const endpoint = await listenTo(server, config.host, config.port);

    const onWaiting = (error: Error) => {
      checks = { ...checks, database: () => Promise.reject(error) };
    };
    const running = await openServices(config, catalogue, log, onWaiting, audit);
    // Below the listener: what it has in work needs them.
    closers.unshift(running.close);
    checks = running.checks;
    readiness.tell(running.facts);
    if (audit !== undefined) observers.push(audit.observe);
    if (config.otlpEndpoint !== undefined) {
      const { openTraces } = await import("../telemetry/traces.ts");
      const warn = (reason: string) => log.warn({ reason }, "traces are not sent");
      const traces = openTraces({ endpoint: config.otlpEndpoint, version, warn });
      observers.push(traces.observe);
      closers.unshift(traces.close);
    }
    let metricsEndpoint: string | undefined;
    if (config.metricsPort !== undefined) {
      const metrics = createMetrics({
        ...running.sources,
        operations: Object.keys(offeredOperations),
        version,
        connections,
        bodyMemory: () => bodyMemory.load(),
        readiness: () => readiness.report(),
      });
      observers.push(metrics.observe);
      const server = createMetricsServer(metrics.registry);
      metricsEndpoint = await listenTo(server, config.metricsHost, config.metricsPort);
    }
    const limiter = new RateLimiter(config.rateLimits);
    const authorize = createAuthorizer(config);
    answer = createLadder({
      operations: bindOperations(running.services),
      verifySignature: createSigV4Verifier({
        region: config.region,
        service: "rekognition",
        findKey: (accessKeyId) => keyRing.find(accessKeyId),
        now: running.services.clock,
      }),
      countCall: (caller, operation) => limiter.count(caller, operation),
      authorize: (caller, operation, input) => {
        // What cannot be noted is not done.
        audit?.requireWritable();
        authorize(caller, operation, input);
      },
      collectionNamed: (input) => collectionNamed(config, input),
      newId: randomUUID,
      observe,
    });
    return { endpoint, metricsEndpoint, close };
  } catch (error) {
    await close();
    throw error;
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
