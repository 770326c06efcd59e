import type { IncomingMessage } from "node:http";
import express, { type ErrorRequestHandler, type Express, type Request, type Response } from "express";
import type { Logger } from "pino";
import { AwsError, renderError } from "../../protocol/errors.ts";
import type { BodyMemory } from "./bodyMemory.ts";
import type { WireAnswer, WireRequest } from "./ladder.ts";
import { BodyFault, readBody } from "./readBody.ts";
import type { Readiness } from "./readiness.ts";

/**
 * Largest request body, in bytes: two images of 5 MiB in base64 for CompareFaces, and what is over AWS's limit by
 * as much again, since AWS answers such images with a ValidationException rather than by refusing the body.
 */
export const maximumBody = 32 * 1024 * 1024;

const awsJson = "application/x-amz-json-1.1";

/** AWS's answer where a request is no call of an operation by its method or path. */
const unknownService =
  "<AccessDeniedException>\n  <Message>Unable to determine service/operation name to be authorized</Message>\n</AccessDeniedException>\n";

/** What the HTTP face of the service needs. */
export interface AppParts {
  readonly answer: (request: WireRequest) => Promise<WireAnswer>;
  readonly readiness: Readiness;
  readonly bodyMemory: BodyMemory;
  readonly isKnownKey: (accessKeyId: string) => boolean;
  readonly newId: () => string;
  readonly log: Logger;
}

/** The HTTP face: `POST /` for AWS JSON 1.1, `GET /healthz` and `GET /readyz` for who looks after the service. */
export function createApp({ answer, readiness, bodyMemory, isKnownKey, newId, log }: AppParts): Express {
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");
  app.use((_request, response, next) => {
    // Answers name faces: nothing between here and the client may keep or guess at them.
    response.set({ "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff" });
    next();
  });

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
  app.use(async (request, response) => {
    const accessKeyId = /Credential=([\w-]+)\//.exec(request.headers.authorization ?? "")?.[1];
    const allowance = bodyMemory.open(accessKeyId === undefined || !isKnownKey(accessKeyId));
    try {
      // The size comes before method, path and content type, so whatever is sent is read.
      const body = await readBody(request, maximumBody, allowance);
      if (request.method !== "POST" || request.path !== "/") return sendXml(response, 403, unknownService);
      if (!isAwsJson(request)) return sendXml(response, 404, "<UnknownOperationException/>\n");
      send(response, await answer(toWireRequest(request, body, response.locals.requestId)));
    } finally {
      allowance.release();
    }
  });
  app.use(faults(log, newId));
  return app;
}

function isAwsJson(request: IncomingMessage): boolean {
  const type = request.headers["content-type"]?.split(";")[0]?.trim().toLowerCase();
  return type === awsJson;
}

function toWireRequest(request: Request, body: Uint8Array, requestId: string): WireRequest {
  const [path = "/", query = ""] = request.originalUrl.split(/\?(.*)/s);
  return {
    requestId,
    method: request.method,
    path,
    query,
    rawHeaders: request.rawHeaders,
    target: request.get("x-amz-target"),
    body,
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

const bodyFaultNames = {
  400: "SerializationException",
  413: "RequestEntityTooLargeException",
  415: "UnsupportedMediaTypeException",
} as const;

/** Answers what goes wrong around the ladder: bodies that are not taken, and faults of the service's own. */
function faults(log: Logger, newId: () => string): ErrorRequestHandler {
  return (error: unknown, _request, response, next) => {
    if (response.headersSent) return next(error);
    const answer = faultAnswer(error, newId);
    const line = { requestId: response.locals.requestId, status: answer.status };
    if (error instanceof BodyFault) log.info({ ...line, error: error.message });
    else if (AwsError.is(error)) log.info({ ...line, error: error.name });
    else log.error({ ...line, err: error });
    response.setHeader("Connection", "close");
    send(response, answer);
  };
}

function faultAnswer(error: unknown, newId: () => string): WireAnswer {
  if (error instanceof BodyFault) {
    return { status: error.status, body: JSON.stringify({ __type: bodyFaultNames[error.status] }) };
  }
  if (AwsError.is(error)) return renderError(error, { logref: newId() });
  return { status: 500, body: JSON.stringify({ __type: "InternalServerError" }) };
}
