import type { IncomingMessage } from "node:http";
import express, { type ErrorRequestHandler, type Express, type Request, type Response } from "express";
import { AwsError, internalError, renderError } from "../../protocol/errors.ts";
import type { BodyMemory } from "./bodyMemory.ts";
import type { WireAnswer, WireRequest } from "./ladder.ts";
import { readBody } from "./readBody.ts";
import type { Readiness } from "./readiness.ts";
import { awsJson, type HttpAnswer, type RefusalParts, RefusedRequest, refused } from "./refusals.ts";

/**
 * Largest request body, in bytes: two images of 5 MiB in base64 for CompareFaces, and what is over AWS's limit by
 * as much again, since AWS answers such images with a ValidationException rather than by refusing the body.
 */
export const maximumBody = 32 * 1024 * 1024;

/** What the HTTP face of the service needs. */
export interface AppParts extends RefusalParts {
  readonly answer: (request: WireRequest) => Promise<WireAnswer>;
  readonly readiness: Readiness;
  readonly bodyMemory: BodyMemory;
  readonly isKnownKey: (accessKeyId: string) => boolean;
}

/** The HTTP face: `POST /` for AWS JSON 1.1, `GET /healthz` and `GET /readyz` for who looks after the service. */
export function createApp({ answer, readiness, bodyMemory, isKnownKey, newId, observe }: AppParts): Express {
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
      if (request.method !== "POST" || request.path !== "/") throw new RefusedRequest("otherMethodOrPath");
      if (!isAwsJson(request)) throw new RefusedRequest("otherContentType");
      send(response, toHttp(await answer(toWireRequest(request, body, response.locals.requestId))));
    } finally {
      allowance.release();
    }
  });
  app.use(refuse({ newId, observe }));
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

function toHttp({ status, body }: WireAnswer): HttpAnswer {
  return { status, contentType: awsJson, body };
}

function send(response: Response, { status, contentType, body }: HttpAnswer): void {
  const bytes = Buffer.from(body);
  response.status(status);
  response.setHeader("Content-Type", contentType);
  response.setHeader("Content-Length", bytes.length);
  response.end(bytes);
}

/** Answers what does not reach the ladder: requests that are not taken, and faults of the service's own around it. */
function refuse({ newId, observe }: RefusalParts): ErrorRequestHandler {
  return (thrown: unknown, { rawHeaders }, response, next) => {
    if (response.headersSent) return next(thrown);
    const isRefusal = thrown instanceof RefusedRequest || AwsError.is(thrown);
    const error = isRefusal ? thrown : internalError(thrown);
    const answer =
      error instanceof RefusedRequest ? error.answer : toHttp(renderError(error, { logref: newId() }));
    observe(refused({ requestId: response.locals.requestId, rawHeaders }, answer.status, error));
    response.setHeader("Connection", "close");
    send(response, answer);
  };
}
