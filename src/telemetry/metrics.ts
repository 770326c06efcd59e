import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { isFault, type RequestObserver } from "./answeredRequest.ts";
import { Latest } from "./latest.ts";
import type { Step } from "./stopwatch.ts";

/** Recognition threads of one model pack and urgency. */
interface ThreadLoad {
  readonly waiting: number;
  readonly queueLimit: number;
  readonly expectedThreads: number;
  readonly threads: number;
  readonly busy: number;
  readonly lost: number;
}

/** Copies of collections in memory. */
interface IndexLoad {
  readonly bytes: number;
  readonly limit: number;
  /** By what is copied. */
  readonly copies: Readonly<Record<string, number>>;
  /** By what answered. */
  readonly searches: Readonly<Record<string, number>>;
}

/** What the metrics ask of the service, at each scrape. */
export interface MetricSources {
  /** Names that the label `operation` may have; any other request is `unknown`. */
  readonly operations: readonly string[];
  readonly version: string;
  readonly modelPack: {
    readonly name: string;
    readonly faceModelVersion: string;
    /** Whether it was taken without being asked for, and there is a better one. */
    readonly isFallback: boolean;
  };
  /** Of each model pack. */
  readonly recognition: () => readonly {
    readonly pack: string;
    /** By urgency. */
    readonly load: Readonly<Record<string, ThreadLoad>>;
  }[];
  /** Not given by the embedded database. */
  readonly databaseConnections: () =>
    | { readonly limit: number; readonly active: number; readonly idle: number; readonly waiting: number }
    | undefined;
  readonly totals: () => Promise<{
    readonly collections: number;
    readonly faces: number;
    readonly users: number;
  }>;
  /** Of clients. */
  readonly connections: () => {
    readonly open: number;
    readonly limit: number;
    /** By why. */
    readonly refused: Readonly<Record<string, number>>;
  };
  /** Bytes that the bodies of requests hold. */
  readonly bodyMemory: () => { readonly held: number; readonly limit: number };
  /** Not given where the database alone searches. */
  readonly vectorIndex: (() => IndexLoad) | undefined;
  readonly readiness: () => Promise<{ readonly checks: Readonly<Record<string, string>> }>;
}

/** Prometheus's metrics of the service. */
export interface Metrics {
  readonly registry: Registry;
  readonly observe: RequestObserver;
}

/** Upper bounds, in seconds: from an answer out of the database to an SDK's patience. */
const requestBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const stepBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** The totals may be this old, in milliseconds. */
const totalsAge = 30_000;

/**
 * The service's metrics, and those of Node.js. Labels are names of operations, errors, steps and checks: a caller
 * cannot make more of them, and nothing in them tells of a caller, a collection or a face.
 */
export function createMetrics(sources: MetricSources): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  addInfo(registry, sources);
  addRecognition(registry, sources);
  addDatabase(registry, sources);
  addConnections(registry, sources);
  addBodies(registry, sources);
  addIndex(registry, sources);
  addReadiness(registry, sources);
  return { registry, observe: observeRequests(registry, sources) };
}

function observeRequests(registry: Registry, { operations }: MetricSources): RequestObserver {
  const registers = [registry];
  const requests = new Counter({
    name: "cameo_requests_total",
    help: "Requests that were answered; outcome is ok, or the error's name; fault is true where the service failed, whatever it answered",
    labelNames: ["operation", "outcome", "fault"],
    registers,
  });
  const requestSeconds = new Histogram({
    name: "cameo_request_duration_seconds",
    help: "Time from the end of a request's body to its answer",
    labelNames: ["operation"],
    buckets: requestBuckets,
    registers,
  });
  const stepSeconds = new Histogram({
    name: "cameo_step_duration_seconds",
    help: "Time of each step of a request; the steps within operate are a part of it",
    labelNames: ["operation", "step"],
    buckets: stepBuckets,
    registers,
  });
  const faces = new Counter({
    name: "cameo_faces_total",
    help: "Faces found in images, indexed into collections, searched through, matched and deleted; users too, when users are searched",
    labelNames: ["event"],
    registers,
  });
  const known = new Set(operations);
  const observeSteps = (operation: string, steps: readonly Step[]) => {
    for (const { name: step, duration, inner } of steps) {
      stepSeconds.observe({ operation, step }, duration / 1000);
      observeSteps(operation, inner);
    }
  };
  return (answered) => {
    const { operation: named, error, duration, stopwatch } = answered;
    const operation = named !== undefined && known.has(named) ? named : "unknown";
    requests.inc({ operation, outcome: error?.name ?? "ok", fault: String(isFault(answered)) });
    requestSeconds.observe({ operation }, duration / 1000);
    observeSteps(operation, stopwatch.steps);
    for (const [event, count] of Object.entries(stopwatch.faces)) faces.inc({ event }, count);
  };
}

function addInfo(registry: Registry, { version, modelPack }: MetricSources): void {
  new Gauge({
    name: "cameo_build_info",
    help: "1; the labels tell what runs",
    labelNames: ["version", "node"],
    registers: [registry],
  }).set({ version, node: process.version }, 1);
  new Gauge({
    name: "cameo_model_pack_info",
    help: "1; the labels tell the model pack that new collections are made with",
    labelNames: ["pack", "face_model_version"],
    registers: [registry],
  }).set({ pack: modelPack.name, face_model_version: modelPack.faceModelVersion }, 1);
  new Gauge({
    name: "cameo_model_pack_fallback",
    help: "1 where new collections are made with a weaker model pack that nobody asked for, 0 where not",
    registers: [registry],
  }).set(modelPack.isFallback ? 1 : 0);
}

function addRecognition(registry: Registry, { recognition }: MetricSources): void {
  const registers = [registry];
  const labelNames = ["pack", "urgency"] as const;
  const loads = () =>
    recognition().flatMap(({ pack, load }) =>
      Object.entries(load).map(([urgency, threads]) => ({ labels: { pack, urgency }, ...threads })),
    );
  new Gauge({
    name: "cameo_recognition_queue_length",
    help: "Images that wait for a recognition thread",
    labelNames,
    registers,
    collect() {
      for (const { labels, waiting } of loads()) this.set(labels, waiting);
    },
  });
  new Gauge({
    name: "cameo_recognition_queue_limit",
    help: "Images that may wait: CAMEO_QUEUE_LIMIT; 0 for a model pack that is not opened",
    labelNames,
    registers,
    collect() {
      for (const { labels, queueLimit } of loads()) this.set(labels, queueLimit);
    },
  });
  new Gauge({
    name: "cameo_recognition_threads",
    help: "Recognition threads, busy or idle",
    labelNames: [...labelNames, "state"],
    registers,
    collect() {
      for (const { labels, busy, threads } of loads()) {
        this.set({ ...labels, state: "busy" }, busy);
        this.set({ ...labels, state: "idle" }, threads - busy);
      }
    },
  });
  new Gauge({
    name: "cameo_recognition_threads_expected",
    help: "Recognition threads there should be: CAMEO_WORKERS; 0 where threads come and go",
    labelNames,
    registers,
    collect() {
      for (const { labels, expectedThreads } of loads()) this.set(labels, expectedThreads);
    },
  });
  new Counter({
    name: "cameo_recognition_threads_lost_total",
    help: "Recognition threads that ended on their own, where none should",
    labelNames,
    registers,
    collect() {
      this.reset();
      for (const { labels, lost } of loads()) this.inc(labels, lost);
    },
  });
}

function addDatabase(registry: Registry, { databaseConnections, totals }: MetricSources): void {
  const registers = [registry];
  new Gauge({
    name: "cameo_database_connections",
    help: "Connections to PostgreSQL, active or idle; none with the embedded database",
    labelNames: ["state"],
    registers,
    collect() {
      const load = databaseConnections();
      if (load === undefined) return;
      this.set({ state: "active" }, load.active);
      this.set({ state: "idle" }, load.idle);
    },
  });
  // With a label, because a metric without labels is 0 from the start, which the embedded database is not.
  new Gauge({
    name: "cameo_database_connections_waiting",
    help: "Queries and transactions that wait for a connection",
    labelNames: ["pool"],
    registers,
    collect() {
      const load = databaseConnections();
      if (load !== undefined) this.set({ pool: "postgres" }, load.waiting);
    },
  });
  new Gauge({
    name: "cameo_database_connections_limit",
    help: "Most connections to PostgreSQL of this server",
    labelNames: ["pool"],
    registers,
    collect() {
      const load = databaseConnections();
      if (load !== undefined) this.set({ pool: "postgres" }, load.limit);
    },
  });
  const latestTotals = new Latest(totals, totalsAge);
  latestTotals.read();
  new Gauge({
    name: "cameo_stored",
    help: "Collections, faces and users in the database, at most half a minute and a scrape ago",
    labelNames: ["kind"],
    registers,
    collect() {
      const stored = latestTotals.read();
      for (const [kind, count] of Object.entries(stored ?? {})) this.set({ kind }, count);
    },
  });
}

function addConnections(registry: Registry, { connections }: MetricSources): void {
  const registers = [registry];
  new Gauge({
    name: "cameo_connections",
    help: "Connections of clients that are open",
    registers,
    collect() {
      this.set(connections().open);
    },
  });
  new Gauge({
    name: "cameo_connections_limit",
    help: "Most of them at once: CAMEO_MAX_CONNECTIONS",
    registers,
    collect() {
      this.set(connections().limit);
    },
  });
  new Counter({
    name: "cameo_connections_refused_total",
    help: "Connections that were closed before a request: over the limit, or because the TLS handshake failed",
    labelNames: ["reason"],
    registers,
    collect() {
      this.reset();
      for (const [reason, count] of Object.entries(connections().refused)) this.inc({ reason }, count);
    },
  });
}

function addBodies(registry: Registry, { bodyMemory }: MetricSources): void {
  const registers = [registry];
  new Gauge({
    name: "cameo_body_memory_bytes",
    help: "Bytes that the bodies of requests in work hold",
    registers,
    collect() {
      this.set(bodyMemory().held);
    },
  });
  new Gauge({
    name: "cameo_body_memory_limit_bytes",
    help: "Bytes that they may hold: CAMEO_BODY_MEMORY",
    registers,
    collect() {
      this.set(bodyMemory().limit);
    },
  });
}

function addIndex(registry: Registry, { vectorIndex }: MetricSources): void {
  if (vectorIndex === undefined) return;
  const registers = [registry];
  new Gauge({
    name: "cameo_index_memory_bytes",
    help: "Bytes that copies of collections take; this and the next three only with CAMEO_VECTOR_INDEX=memory",
    registers,
    collect() {
      this.set(vectorIndex().bytes);
    },
  });
  new Gauge({
    name: "cameo_index_memory_limit_bytes",
    help: "Bytes that they may take: CAMEO_INDEX_MEMORY",
    registers,
    collect() {
      this.set(vectorIndex().limit);
    },
  });
  new Gauge({
    name: "cameo_index_copies",
    help: "Collections of which there is a copy, of the vectors of faces or users",
    labelNames: ["kind"],
    registers,
    collect() {
      for (const [kind, count] of Object.entries(vectorIndex().copies)) this.set({ kind }, count);
    },
  });
  new Counter({
    name: "cameo_index_searches_total",
    help: "Searches by what answered them: memory, or database where there was no room for a copy or a large one was being read",
    labelNames: ["answered_by"],
    registers,
    collect() {
      this.reset();
      for (const [answered_by, count] of Object.entries(vectorIndex().searches))
        this.inc({ answered_by }, count);
    },
  });
}

function addReadiness(registry: Registry, { readiness }: MetricSources): void {
  const latestReport = new Latest(readiness, 0);
  latestReport.read();
  new Gauge({
    name: "cameo_ready",
    help: "1 where a check of /readyz was ok at the scrape before, 0 where not",
    labelNames: ["check"],
    registers: [registry],
    collect() {
      const checks = latestReport.read()?.checks ?? {};
      for (const [check, result] of Object.entries(checks)) this.set({ check }, result === "ok" ? 1 : 0);
    },
  });
}
