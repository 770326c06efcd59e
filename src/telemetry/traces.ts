import {
  type Context,
  DiagLogLevel,
  diag,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  type TextMapGetter,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import { setGlobalErrorHandler, W3CTraceContextPropagator } from "@opentelemetry/core";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from "@opentelemetry/resources";
import { BasicTracerProvider, BatchSpanProcessor } from "@opentelemetry/sdk-trace-base";
import {
  ATTR_ERROR_TYPE,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_RPC_METHOD,
  ATTR_RPC_SYSTEM_NAME,
  ATTR_SERVICE_NAME,
  ATTR_SERVICE_VERSION,
} from "@opentelemetry/semantic-conventions";
import type { RequestObserver } from "./answeredRequest.ts";
import type { Step } from "./stopwatch.ts";

/** Where traces go. */
export interface TraceSettings {
  /** Of the collector, without `/v1/traces`. */
  readonly endpoint: string;
  readonly version: string;
  /** Hears why spans could not be sent. */
  readonly warn: (message: string) => void;
}

/** OpenTelemetry's traces of the service. */
export interface Traces {
  readonly observe: RequestObserver;
  /** Sends what was not sent yet; gives up after ten seconds. */
  close(): Promise<void>;
}

const propagator = new W3CTraceContextPropagator();

/**
 * Sends each request as a trace by OTLP over HTTP, as JSON: a span for the request, within the client's trace where
 * it sent a `traceparent`, and one for each step. The spans are made of the stopwatch once the request is answered,
 * so that tracing is no part of the work.
 *
 * This module loads OpenTelemetry: import it only when traces are wanted.
 */
export function openTraces({ endpoint, version, warn }: TraceSettings): Traces {
  hearFaults(warn);
  const provider = new BasicTracerProvider({
    // What OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES say goes before.
    resource: defaultResource()
      .merge(resourceFromAttributes({ [ATTR_SERVICE_NAME]: "cameo", [ATTR_SERVICE_VERSION]: version }))
      .merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [
      new BatchSpanProcessor(
        new OTLPTraceExporter({ url: new URL("v1/traces", endpoint.replace(/\/?$/, "/")).href }),
      ),
    ],
  });
  const tracer = provider.getTracer("cameo", version);
  return {
    observe: traceRequests(tracer),
    close: () => provider.shutdown().catch((error: Error) => warn(error.message)),
  };
}

/** OpenTelemetry tells of spans that it could not send, or dropped because there were too many, by globals of its own. */
function hearFaults(warn: (message: string) => void): void {
  setGlobalErrorHandler((fault) =>
    warn(typeof fault === "string" ? fault : (fault.message ?? "unknown fault")),
  );
  const silent = () => undefined;
  diag.setLogger(
    { error: warn, warn, info: silent, debug: silent, verbose: silent },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
}

/** Attributes are names and numbers: nothing of the caller, the collection, the image or its faces. */
function traceRequests(tracer: Tracer): RequestObserver {
  return ({ request, operation, status, error, duration, stopwatch }) => {
    const span = tracer.startSpan(
      operation === undefined ? "Rekognition" : `Rekognition/${operation}`,
      {
        kind: SpanKind.SERVER,
        startTime: toEpoch(stopwatch.start),
        attributes: {
          [ATTR_RPC_SYSTEM_NAME]: "aws-api",
          ...(operation !== undefined && { [ATTR_RPC_METHOD]: `Rekognition/${operation}` }),
          "aws.request_id": request.requestId,
          [ATTR_HTTP_RESPONSE_STATUS_CODE]: status,
          ...(error !== undefined && { [ATTR_ERROR_TYPE]: error.name }),
          ...Object.fromEntries(
            Object.entries(stopwatch.faces).map(([event, count]) => [`cameo.faces.${event}`, count]),
          ),
        },
      },
      propagator.extract(ROOT_CONTEXT, request.rawHeaders, rawHeadersGetter),
    );
    // A client's mistake is no fault of this span: https://opentelemetry.io/docs/specs/semconv/http/http-spans/#status
    if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
    const inside = trace.setSpan(ROOT_CONTEXT, span);
    for (const step of stopwatch.steps) traceStep(tracer, step, inside);
    span.end(toEpoch(stopwatch.start + duration));
  };
}

function traceStep(tracer: Tracer, { name, start, duration, failed, inner }: Step, context: Context): void {
  const span = tracer.startSpan(name, { startTime: toEpoch(start) }, context);
  if (failed) span.setStatus({ code: SpanStatusCode.ERROR });
  const inside = trace.setSpan(context, span);
  for (const part of inner) traceStep(tracer, part, inside);
  span.end(toEpoch(start + duration));
}

/** Milliseconds since 1970 of a time on the clock of `performance.now()`. */
function toEpoch(milliseconds: number): number {
  return performance.timeOrigin + milliseconds;
}

const rawHeadersGetter: TextMapGetter<readonly string[]> = {
  keys: (headers) => headers.filter((_, index) => index % 2 === 0),
  get: (headers, wanted) => {
    const at = headers.findIndex((name, index) => index % 2 === 0 && name.toLowerCase() === wanted);
    return at === -1 ? undefined : headers[at + 1];
  },
};
