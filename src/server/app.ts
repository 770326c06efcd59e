import type { IncomingMessage } from "node:http";
import express, { type ErrorRequestHandler, type Express, type Request, type Response } from "express";
import type { Logger } from "pino";
import type { WireAnswer, WireRequest } from "./ladder.ts";
import type { Readiness } from "./readiness.ts";

/**
 * Largest request body, in bytes: two images of 5 MiB in base64 for CompareFaces, and what is over AWS's limit by
 * as much again, since AWS answers such images with a ValidationException rather than by refusing the body.
 */
export const maximumBody = 32 * 1024 * 1024;

const awsJson = "application/x-amz-json-1.1";

/** What the HTTP face of the service needs. */
export interface AppParts {
  readonly answer: (request: WireRequest) => Promise<WireAnswer>;
  readonly readiness: Readiness;
  readonly newId: () => string;
  readonly log: Logger;
}

/** The HTTP face: `POST /` for AWS JSON 1.1, `GET /healthz` and `GET /readyz` for who looks after the service. */
export function createApp({ answer, readiness, newId, log }: AppParts): Express {
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");

  app.get("/healthz", (_request, response) => {
    response.json({ status: "ok" });
  });
  app.get("/readyz", async (_request, response) => {
    const report = await readiness.report();
    response.status(report.ready ? 200 : 503).json(report);
  });

  app.use((_request, response, next) => {
    response.locals.requestId = newId();
    response.setHeader("x-amzn-RequestId", response.locals.requestId);
    next();
  });
  // The size comes before method and content type, so whatever is sent is read. Compressed bodies are refused: AWS's
  // SDKs send none for this service, and they may unpack to anything.
  app.use(express.raw({ type: () => true, limit: maximumBody, inflate: false }));
  app.post("/", async (request, response) => {
    if (!isAwsJson(request)) return sendXml(response, 404, "<UnknownOperationException/>\n");
    send(response, await answer(toWireRequest(request, response.locals.requestId)));
  });
  app.use((_request, response) => {
    sendXml(
      response,
      403,
      "<AccessDeniedException>\n  <Message>Unable to determine service/operation name to be authorized</Message>\n</AccessDeniedException>\n",
    );
  });
  app.use(bodyFaults(log));
  return app;
}

function isAwsJson(request: IncomingMessage): boolean {
  const type = request.headers["content-type"]?.split(";")[0]?.trim().toLowerCase();
  return type === awsJson;
}

function toWireRequest(request: Request, requestId: string): WireRequest {
  const [path = "/", query = ""] = request.originalUrl.split(/\?(.*)/s);
  return {
    requestId,
    method: request.method,
    path,
    query,
    rawHeaders: request.rawHeaders,
    target: request.get("x-amz-target"),
    // Without a body there is nothing for the parser, and `body` stays undefined.
    body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
  };
}

function send(response: Response, { status, body }: WireAnswer): void {
  const bytes = Buffer.from(body);
  response.status(status);
  response.setHeader("Content-Type", awsJson);
  response.setHeader("Content-Length", bytes.length);
  response.end(bytes);
}

function sendXml(response: Response, status: number, body: string): void {
  response.status(status);
  response.setHeader("Content-Type", "text/xml");
  response.end(body);
}

/** Bodies that cannot be read: too large (413), compressed (415), cut off (400). */
function bodyFaults(log: Logger): ErrorRequestHandler {
  return (error: { readonly status?: number; readonly type?: string }, _request, response, next) => {
    if (response.headersSent) return next(error);
    const status = error.status ?? 500;
    log[status < 500 ? "info" : "error"]({
      requestId: response.locals.requestId,
      status,
      error: error.type,
      ...(status >= 500 && { err: error }),
    });
    const names: Readonly<Record<number, string>> = {
      413: "RequestEntityTooLargeException",
      415: "UnsupportedMediaTypeException",
      500: "InternalServerError",
    };
    response.setHeader("Connection", "close");
    send(response, { status, body: JSON.stringify({ __type: names[status] ?? "SerializationException" }) });
  };
}
