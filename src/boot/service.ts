import { randomUUID } from "node:crypto";
import type { Logger } from "pino";
import { createSigV4Verifier } from "../../protocol/sigv4.ts";
import { collectionNamed, createAuthorizer } from "../access/authorize.ts";
import { RateLimiter } from "../access/rateLimits.ts";
import { bindOperations, offeredOperations } from "../operations/registry.ts";
import type { Services } from "../operations/services.ts";
import type { ModelCatalogue } from "../packs/choosePack.ts";
import { AuditLog } from "../server/auditLog.ts";
import { createLadder } from "../server/ladder.ts";
import { createMetricsServer } from "../server/metricsServer.ts";
import { version } from "../system/version.ts";
import { createMetrics } from "../telemetry/metrics.ts";
import { Closers } from "./closers.ts";
import type { Config } from "./config.ts";
import { endingStages, Front, type ServiceClosers } from "./front.ts";
import { openServices, type RunningServices } from "./openServices.ts";

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
 * Starts the service: it listens, the services open behind, those who want to hear of requests are told, and the ladder
 * lets calls through. While the services open, calls are answered by a ThrottlingException, which SDKs try again, and
 * readiness tells what is waited for.
 */
export async function startService(
  config: Config,
  catalogue: ModelCatalogue,
  log: Logger,
): Promise<RunningService> {
  const closers: ServiceClosers = new Closers(endingStages);
  try {
    const audit = openAuditLog(config, log);
    const front = new Front(config, log, audit, closers);
    const endpoint = await front.listen();
    const running = await openServices(
      config,
      catalogue,
      log,
      (error) => front.waitForDatabase(error),
      audit,
    );
    closers.add("services", running.close);
    front.look(running);
    if (audit !== undefined) front.addObserver(audit.observe);
    await openTraces(config, log, front, closers);
    const metricsEndpoint = await openMetrics(config, running, front);
    front.open(buildLadder(config, running.services, front, audit));
    return { endpoint, metricsEndpoint, close: () => closers.close() };
  } catch (error) {
    await closers.close().catch((failure: unknown) => log.error({ err: failure }, "did not end well"));
    throw error;
  }
}

function openAuditLog({ auditLog }: Config, log: Logger): AuditLog | undefined {
  if (auditLog === undefined) return undefined;
  return new AuditLog(auditLog, (error) =>
    log.error({ err: error }, "the audit log cannot be written: requests are refused until it can"),
  );
}

/** Sends traces, where they are switched on: only then is what sends them loaded. */
async function openTraces(
  { otlpEndpoint }: Config,
  log: Logger,
  front: Front,
  closers: ServiceClosers,
): Promise<void> {
  if (otlpEndpoint === undefined) return;
  const { openTraces: open } = await import("../telemetry/traces.ts");
  const warn = (reason: string) => log.warn({ reason }, "traces are not sent");
  const traces = open({ endpoint: otlpEndpoint, version, warn });
  front.addObserver(traces.observe);
  closers.add("telemetry", traces.close);
}

/** Serves metrics, where they are switched on. @returns their endpoint. */
async function openMetrics(
  { metricsHost, metricsPort }: Config,
  { sources }: RunningServices,
  front: Front,
): Promise<string | undefined> {
  if (metricsPort === undefined) return undefined;
  const metrics = createMetrics({
    ...sources,
    operations: Object.keys(offeredOperations),
    version,
    connections: front.connections,
    bodyMemory: () => front.bodyMemory.load(),
    readiness: () => front.readiness.report(),
  });
  front.addObserver(metrics.observe);
  return front.listenWith(createMetricsServer(metrics.registry), metricsHost, metricsPort);
}

/** The steps of a call, with what each needs. */
function buildLadder(
  config: Config,
  services: Services,
  { keyRing, observe }: Front,
  audit: AuditLog | undefined,
): ReturnType<typeof createLadder> {
  const limiter = new RateLimiter(config.rateLimits);
  const authorize = createAuthorizer(config);
  return createLadder({
    operations: bindOperations(services),
    verifySignature: createSigV4Verifier({
      region: config.region,
      service: "rekognition",
      findKey: (accessKeyId) => keyRing.find(accessKeyId),
      now: services.clock,
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
}
