import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";
import { internalError } from "../../protocol/errors.ts";
import { startTraceReceiver, type TraceReceiver } from "../../test/support/traceReceiver.ts";
import type { AnsweredRequest } from "./answeredRequest.ts";
import { Stopwatch } from "./stopwatch.ts";
import { openTraces } from "./traces.ts";

const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
const warn = jest.fn();
let receiver: TraceReceiver;

beforeEach(async () => {
  warn.mockClear();
  receiver = await startTraceReceiver();
  // In milliseconds: how long a batch is tried for.
  process.env.OTEL_EXPORTER_OTLP_TIMEOUT = "1000";
});

afterEach(async () => {
  delete process.env.OTEL_EXPORTER_OTLP_TIMEOUT;
  await receiver.close();
});

function answered(parts: Partial<AnsweredRequest> = {}): AnsweredRequest {
  const stopwatch = new Stopwatch();
  stopwatch.time("parse", () => undefined);
  return {
    request: { requestId: "7d3c1c2a-2e0f-4c55-9f3a-c9a3c1c7e2b1", rawHeaders: [] },
    operation: "ListFaces",
    caller: undefined,
    collectionId: undefined,
    status: 200,
    error: undefined,
    duration: 5,
    stopwatch,
    ...parts,
  };
}

/** The spans that are sent of requests. */
async function spansOf(...requests: readonly AnsweredRequest[]) {
  const traces = openTraces({ endpoint: receiver.endpoint, version: "1.2.3", warn });
  for (const request of requests) traces.observe(request);
  await traces.close();
  return receiver.spans();
}

const withParent = (flags: string): Partial<AnsweredRequest> => ({
  request: {
    requestId: "",
    rawHeaders: ["Host", "x", "TraceParent", `00-${traceId}-00f067aa0ba902b7-${flags}`],
  },
});

test("what was not sent yet is sent at the end", async () => {
  expect((await spansOf(answered())).map(({ name }) => name).sort()).toEqual([
    "Rekognition/ListFaces",
    "parse",
  ]);
  expect(receiver.text()).toContain('"1.2.3"');
});

test("belongs to the client's trace, which also says whether it is recorded", async () => {
  const spans = await spansOf(answered(withParent("01")), answered(withParent("00")));
  expect(spans.map((span) => span.traceId)).toEqual([traceId, traceId]);
});

test("a traceparent that is none begins a trace", async () => {
  const [span] = await spansOf(
    answered({ request: { requestId: "", rawHeaders: ["traceparent", "00-no-1"] } }),
  );
  expect(span?.traceId).toMatch(/^[\da-f]{32}$/);
});

test("a fault of the service's own is an error, without its cause", async () => {
  const error = internalError(new Error("relation faces does not exist"));
  const spans = await spansOf(answered({ status: 500, error }));
  expect(spans.find(({ kind }) => kind === 2)?.status.code).toBe(2);
  expect(receiver.text()).toContain("InternalServerError");
  expect(receiver.text()).not.toContain("relation");
});

test("a request that names no operation has a name that is no one's", async () => {
  const spans = await spansOf(answered({ operation: undefined }));
  expect(spans.map(({ name }) => name)).toContain("Rekognition");
});

test("a collector that is away is told to the log, and keeps nothing from ending", async () => {
  const { endpoint } = receiver;
  await receiver.close();
  const traces = openTraces({ endpoint, version: "1.2.3", warn });
  traces.observe(answered());
  await expect(traces.close()).resolves.toBeUndefined();
  expect(warn).toHaveBeenCalledWith(expect.stringContaining("ECONNREFUSED"));
  receiver = await startTraceReceiver();
});
