import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  CreateCollectionCommand,
  DescribeCollectionCommand,
  IndexFacesCommand,
  RekognitionClient,
  SearchFacesByImageCommand,
} from "@aws-sdk/client-rekognition";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { drawPhoto } from "./support/drawnFaces/drawPhoto.ts";
import { freePort } from "./support/freePort.ts";
import { type ServiceProcess, startServiceProcess } from "./support/serviceProcess.ts";
import { type ReceivedSpan, startTraceReceiver, type TraceReceiver } from "./support/traceReceiver.ts";

const CollectionId = "watched-collection";
const credentials = { accessKeyId: "watched-key", secretAccessKey: "watched-secret" };
const ExternalImageId = "watched-image.jpg";
/** A client's trace, and its span that made the request. */
const [traceId, parentSpanId] = ["4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"];

let folder: string;
let service: ServiceProcess;
let receiver: TraceReceiver;
let metrics: string;
let faceId: string;
/** Of standard output. */
const lines: Record<string, unknown>[] = [];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "cameo-watching-"));
  receiver = await startTraceReceiver();
  const metricsPort = await freePort();
  service = await startServiceProcess({
    models: "drawn-faces",
    env: {
      CAMEO_DATA_DIR: path.join(folder, "data"),
      CAMEO_MODELS_DIR: path.join(folder, "models"),
      CAMEO_WORKERS: "1",
      CAMEO_CREDENTIALS: `${credentials.accessKeyId}:${credentials.secretAccessKey}`,
      CAMEO_METRICS_PORT: String(metricsPort),
      CAMEO_AUDIT_LOG: "-",
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
    },
    onLine: (line) => lines.push(JSON.parse(line)),
  });
  const client = new RekognitionClient({
    endpoint: service.endpoint,
    region: "us-east-1",
    credentials: { ...credentials },
    maxAttempts: 1,
  });
  client.middlewareStack.add(
    (next, { commandName }) =>
      (args) => {
        const { headers } = args.request as { headers: Record<string, string> };
        if (commandName === "IndexFacesCommand") headers.traceparent = `00-${traceId}-${parentSpanId}-01`;
        return next(args);
      },
    { step: "build" },
  );
  const Image = { Bytes: drawPhoto({ width: 300, height: 300, faces: [face("Ada")] }).bytes };
  await client.send(new CreateCollectionCommand({ CollectionId }));
  const indexed = await client.send(new IndexFacesCommand({ CollectionId, ExternalImageId, Image }));
  faceId = indexed.FaceRecords?.[0]?.Face?.FaceId as string;
  await client.send(new SearchFacesByImageCommand({ CollectionId, Image }));
  await client.send(new DescribeCollectionCommand({ CollectionId: "none" })).catch(() => undefined);
  await fetch(service.endpoint, {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": "RekognitionService.DetectLabels",
    },
    body: "{}",
  });
  await fetch(service.endpoint);
  metrics = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
  // What was not sent yet is sent at the end.
  await service.stop("SIGTERM");
}, 120_000);

afterAll(async () => {
  await service?.stop("SIGKILL");
  await receiver?.close();
  await rm(folder, { recursive: true, force: true });
});

test("a trace of IndexFaces shows every step where it belongs, within the client's trace", () => {
  const spans = receiver.spans().filter((span) => span.traceId === traceId);
  const [root] = spans.filter((span) => span.parentSpanId === parentSpanId);
  if (root === undefined) throw new Error("There is no span of the request");
  expect(root).toMatchObject({ name: "Rekognition/IndexFaces", kind: 2 });
  expect(attributesOf(root)).toMatchObject({
    "rpc.method": { stringValue: "Rekognition/IndexFaces" },
    "http.response.status_code": { intValue: 200 },
    "cameo.faces.found": { intValue: 1 },
    "cameo.faces.indexed": { intValue: 1 },
  });
  expect(treeOf(root, spans)).toEqual({
    parse: {},
    authenticate: {},
    validate: {},
    operate: {
      read: {},
      recognize: { queue: {}, decode: {}, detect: {}, attributes: {}, embed: {} },
      store: {},
    },
    serialize: {},
  });
  for (const span of spans) {
    const parent = spans.find(({ spanId }) => spanId === span.parentSpanId);
    expect(BigInt(span.endTimeUnixNano)).toBeGreaterThanOrEqual(BigInt(span.startTimeUnixNano));
    if (parent === undefined) continue;
    // The clocks' fractions are rounded.
    const rounding = 10_000n;
    expect(BigInt(span.startTimeUnixNano) + rounding).toBeGreaterThanOrEqual(
      BigInt(parent.startTimeUnixNano),
    );
    expect(BigInt(span.endTimeUnixNano) - rounding).toBeLessThanOrEqual(BigInt(parent.endTimeUnixNano));
  }
});

test("other requests are traces of their own, failed steps are marked and a client's mistake is no fault", () => {
  const roots = receiver.spans().filter((span) => span.parentSpanId === undefined && span.kind === 2);
  expect(roots.map(({ name }) => name)).toEqual([
    "Rekognition/CreateCollection",
    "Rekognition/SearchFacesByImage",
    "Rekognition/DescribeCollection",
    "Rekognition/DetectLabels",
    "Rekognition",
  ]);
  expect(new Set(roots.map((root) => root.traceId)).size).toBe(roots.length);
  const describe = roots[2] as ReceivedSpan;
  expect(describe.status.code).toBe(0);
  expect(attributesOf(describe)["error.type"]).toEqual({ stringValue: "ResourceNotFoundException" });
  const operate = receiver
    .spans()
    .find(({ name, parentSpanId }) => name === "operate" && parentSpanId === describe.spanId);
  expect(operate?.status.code).toBe(2);
});

test("metrics count requests by operation and outcome, and time their steps", () => {
  expect(sampleOf('cameo_requests_total{operation="IndexFaces",outcome="ok",fault="false"}')).toBe(1);
  expect(
    sampleOf(
      'cameo_requests_total{operation="DescribeCollection",outcome="ResourceNotFoundException",fault="false"}',
    ),
  ).toBe(1);
  expect(
    sampleOf(
      'cameo_requests_total{operation="unknown",outcome="MissingAuthenticationTokenException",fault="false"}',
    ),
  ).toBe(1);
  expect(
    sampleOf('cameo_requests_total{operation="unknown",outcome="AccessDeniedException",fault="false"}'),
  ).toBe(1);
  for (const step of ["parse", "read", "recognize", "queue", "decode", "detect", "embed", "store"]) {
    const series = `cameo_step_duration_seconds_count{operation="IndexFaces",step="${step}"}`;
    expect([step, sampleOf(series)]).toEqual([step, 1]);
  }
  expect(sampleOf('cameo_faces_total{event="found"}')).toBe(2);
  expect(sampleOf('cameo_faces_total{event="indexed"}')).toBe(1);
  expect(sampleOf('cameo_faces_total{event="searched"}')).toBe(1);
  expect(sampleOf('cameo_recognition_threads_expected{pack="drawn-faces",urgency="interactive"}')).toBe(1);
  expect(sampleOf('cameo_recognition_queue_length{pack="drawn-faces",urgency="interactive"}')).toBe(0);
  expect(sampleOf('cameo_ready{check="database"}')).toBe(1);
  expect(sampleOf("cameo_index_memory_bytes")).toBeGreaterThan(65_536);
  expect(sampleOf("cameo_index_memory_limit_bytes")).toBe(256 * 2 ** 20);
  expect(sampleOf('cameo_index_copies{kind="faces"}')).toBe(1);
  expect(sampleOf('cameo_index_searches_total{answered_by="memory"}')).toBe(1);
  expect(sampleOf('cameo_index_searches_total{answered_by="database"}')).toBe(0);
  expect(sampleOf("cameo_body_memory_bytes")).toBe(0);
  expect(sampleOf("cameo_body_memory_limit_bytes")).toBe(512 * 2 ** 20);
});

test("lines of the audit trail lie beside those of the log, are marked and have the same request ids", () => {
  const audited = lines.filter(({ log }) => log === "audit");
  expect(audited.map(({ operation }) => operation)).toEqual([
    "CreateCollection",
    "IndexFaces",
    "SearchFacesByImage",
    "DescribeCollection",
  ]);
  for (const record of audited) {
    expect(record.collectionId).toBeDefined();
    expect(record).not.toHaveProperty("level");
    const [line] = lines.filter(({ level, requestId }) => level === 30 && requestId === record.requestId);
    expect(line).toMatchObject({ operation: record.operation });
    expect(line).not.toHaveProperty("collectionId");
  }
});

test("neither traces nor metrics tell of a collection, an image, a face or a key", () => {
  const told = receiver.text() + metrics;
  expect(faceId).toMatch(/^[\da-f-]{36}$/);
  for (const secret of [CollectionId, ExternalImageId, faceId, ...Object.values(credentials)]) {
    expect(told).not.toContain(secret);
  }
});

const face = (identity: string) => ({ identity, x: 150, y: 150, size: 120 });

interface Tree {
  readonly [step: string]: Tree;
}

/** The names of a span's parts, as a tree. */
function treeOf({ spanId }: ReceivedSpan, spans: readonly ReceivedSpan[]): Tree {
  const parts = spans.filter(({ parentSpanId }) => parentSpanId === spanId);
  return Object.fromEntries(parts.map((part) => [part.name, treeOf(part, spans)]));
}

function attributesOf({ attributes }: ReceivedSpan): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, value]));
}

function sampleOf(series: string): number | undefined {
  const line = metrics.split("\n").find((line) => line.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}
