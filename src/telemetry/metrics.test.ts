import { beforeEach, describe, expect, test } from "@jest/globals";
import {
  type AwsError,
  internalError,
  provisionedRateExceeded,
  serviceUnavailable,
  throttled,
} from "../../protocol/errors.ts";
import { createMetrics, type MetricSources, type Metrics } from "./metrics.ts";
import { Stopwatch } from "./stopwatch.ts";

const sources: MetricSources = {
  operations: ["ListFaces"],
  version: "1.0.0",
  modelPack: { name: "drawn-faces", faceModelVersion: "1.0", isFallback: true },
  recognition: () => [],
  databaseConnections: () => undefined,
  totals: async () => ({ collections: 0, faces: 0, users: 0 }),
  connections: () => ({ open: 3, limit: 4, refused: { limit: 2, tls: 0 } }),
  bodyMemory: () => ({ held: 7, limit: 9 }),
  vectorIndex: undefined,
  readiness: async () => ({ checks: {} }),
};

let metrics: Metrics;
beforeEach(() => {
  metrics = createMetrics(sources);
});

/** The lines of a metric as Prometheus reads them. */
async function linesOf(name: string, { registry }: Metrics = metrics): Promise<string[]> {
  return (await registry.metrics()).split("\n").filter((line) => line.startsWith(name));
}

describe("a request", () => {
  const outage = new Error("connection refused");

  test.each<[string, AwsError | undefined, string, boolean]>([
    ["that is answered", undefined, "ok", false],
    ["over its caller's rate", provisionedRateExceeded(), "ProvisionedThroughputExceededException", false],
    ["for which there is no room", throttled(), "ThrottlingException", false],
    ["while the database is away", serviceUnavailable(outage), "ThrottlingException", true],
    ["that breaks", internalError(outage), "InternalServerError", true],
  ])(
    "%s is counted by its outcome, and as a fault if the service failed",
    async (_, error, outcome, fault) => {
      metrics.observe({
        request: { requestId: "7d3c1c2a-2e0f-4c55-9f3a-c9a3c1c7e2b1", rawHeaders: [] },
        operation: "ListFaces",
        caller: undefined,
        collectionId: undefined,
        status: 200,
        error,
        duration: 5,
        stopwatch: new Stopwatch(),
      });
      expect(await linesOf("cameo_requests_total")).toEqual([
        `cameo_requests_total{operation="ListFaces",outcome="${outcome}",fault="${fault}"} 1`,
      ]);
    },
  );
});

test("connections of clients, and why others were refused: from the start, so that the first is an increase", async () => {
  expect(await linesOf("cameo_connections")).toEqual([
    "cameo_connections 3",
    "cameo_connections_limit 4",
    'cameo_connections_refused_total{reason="limit"} 2',
    'cameo_connections_refused_total{reason="tls"} 0',
  ]);
});

describe("memory", () => {
  test("of bodies", async () => {
    expect(await linesOf("cameo_body")).toEqual([
      "cameo_body_memory_bytes 7",
      "cameo_body_memory_limit_bytes 9",
    ]);
  });

  test("of the vector index, with its searches; none of it where the database alone searches", async () => {
    const vectorIndex = () => ({
      bytes: 5,
      limit: 6,
      copies: { faces: 2, users: 1 },
      searches: { memory: 4, database: 3 },
    });
    const withIndex = createMetrics({ ...sources, vectorIndex });
    const lines = [
      "cameo_index_memory_bytes 5",
      "cameo_index_memory_limit_bytes 6",
      'cameo_index_copies{kind="faces"} 2',
      'cameo_index_copies{kind="users"} 1',
      'cameo_index_searches_total{answered_by="memory"} 4',
      'cameo_index_searches_total{answered_by="database"} 3',
    ];
    // A second scrape counts nothing twice.
    for (const _ of [1, 2]) expect(await linesOf("cameo_index", withIndex)).toEqual(lines);
    expect(await linesOf("cameo_index")).toEqual([]);
  });
});
