import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import pino from "pino";
import { createApp, maximumBody } from "./app.ts";
import { BodyMemory } from "./bodyMemory.ts";
import type { WireAnswer, WireRequest } from "./ladder.ts";
import { Readiness } from "./readiness.ts";
import { logRequests } from "./requestLog.ts";
import { answerUnreadable } from "./unreadable.ts";

const requestId = "7d3c1c2a-2e0f-4c55-9f3a-c9a3c1c7e2b1";
const awsJson = { "content-type": "application/x-amz-json-1.1" };

/** Room for one of the largest bodies of a stranger, and no other at the same time. */
const bodyMemory = 4 * maximumBody;

let server: Server;
let endpoint: string;
let received: WireRequest[];
let lines: Record<string, unknown>[];
let answer: () => Promise<WireAnswer>;
let readinessChecks: Record<string, () => Promise<void>>;

beforeEach(async () => {
  [received, lines] = [[], []];
  answer = async () => ({ status: 200, body: '{"Ä":1}' });
  readinessChecks = { database: () => Promise.resolve() };
  const refusal = {
    newId: () => requestId,
    observe: logRequests(pino({ base: null }, { write: (line) => void lines.push(JSON.parse(line)) })),
  };
  const app = createApp({
    answer: (wireRequest) => {
      // The body is given back with the answer.
      received.push({ ...wireRequest, body: Uint8Array.from(wireRequest.body) });
      return answer();
    },
    readiness: new Readiness(
      { database: () => readinessChecks.database?.() ?? Promise.resolve() },
      () => undefined,
    ),
    bodyMemory: new BodyMemory(bodyMemory),
    isKnownKey: (accessKeyId) => accessKeyId === "AKIDEXAMPLE",
    ...refusal,
  });
  server = createServer({ connectionsCheckingInterval: 20 }, app).listen(0, "127.0.0.1");
  answerUnreadable(server, refusal);
  await once(server, "listening");
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** The log's line for a request that did not reach the ladder. */
const refusedLine = (status: number, error: string) => ({
  level: 30,
  time: expect.any(Number),
  requestId,
  status,
  error,
  ms: { total: 0 },
});

describe("POST /", () => {
  test("hands the request on as it came, and the answer back with its length and a request id", async () => {
    const response = await fetch(`${endpoint}/?a=1&b=%20?c`, {
      method: "POST",
      headers: { ...awsJson, "x-amz-target": "RekognitionService.ListFaces", "X-Custom": "kept" },
      body: "{}",
    });
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("application/x-amz-json-1.1");
    expect(response.headers.get("content-length")).toBe("8");
    expect(response.headers.get("x-amzn-requestid")).toBe(requestId);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    expect(response.headers.has("x-powered-by")).toBe(false);
    expect(await response.text()).toBe('{"Ä":1}');
    expect(received).toMatchObject([
      {
        requestId,
        method: "POST",
        path: "/",
        query: "a=1&b=%20?c",
        target: "RekognitionService.ListFaces",
        rawHeaders: expect.arrayContaining(["X-Custom", "kept"]),
      },
    ]);
    expect(Buffer.from(received[0]?.body ?? []).toString()).toBe("{}");
  });

  test("gives the answer its own status", async () => {
    answer = async () => ({ status: 400, body: "{}" });
    expect((await fetch(endpoint, { method: "POST", headers: awsJson, body: "{}" })).status).toBe(400);
  });

  test("a request without a body has an empty one", async () => {
    await fetch(endpoint, { method: "POST", headers: awsJson });
    expect(received).toMatchObject([{ body: expect.objectContaining({ length: 0 }) }]);
  });

  test.each(["application/x-amz-json-1.1; charset=utf-8", "Application/X-Amz-JSON-1.1"])(
    "takes the content type %s",
    async (type) => {
      const response = await fetch(endpoint, {
        method: "POST",
        headers: { "content-type": type },
        body: "{}",
      });
      expect(response.status).toBe(200);
    },
  );

  test("a request that the ladder answers is told by the ladder alone", async () => {
    await fetch(endpoint, { method: "POST", headers: awsJson, body: "{}" });
    expect(lines).toEqual([]);
  });

  test.each(["application/json", "application/x-amz-json-1.0", "text/plain"])(
    "refuses the content type %s with 404",
    async (type) => {
      const response = await fetch(endpoint, {
        method: "POST",
        headers: { "content-type": type },
        body: "{}",
      });
      expect(response.status).toBe(404);
      expect(response.headers.get("x-amzn-requestid")).toBe(requestId);
      expect(await response.text()).toBe("<UnknownOperationException/>\n");
      expect(received).toEqual([]);
      expect(lines).toEqual([refusedLine(404, "UnknownOperationException")]);
    },
  );
});

describe("bodies that are not taken", () => {
  test.each<[string, () => NonNullable<RequestInit["body"]>]>([
    ["says", () => Buffer.alloc(maximumBody + 1)],
    ["does not say", () => new Blob([Buffer.alloc(maximumBody + 1)]).stream()],
  ])("one that is too large, and %s so, is refused with 413", async (_, body) => {
    const response = await fetch(endpoint, {
      method: "POST",
      headers: awsJson,
      body: body(),
      duplex: "half",
    });
    expect(response.status).toBe(413);
    expect(response.headers.get("x-amzn-requestid")).toBe(requestId);
    expect(response.headers.get("connection")).toBe("close");
    expect(await response.json()).toEqual({ __type: "RequestEntityTooLargeException" });
    expect(received).toEqual([]);
    expect(lines).toEqual([refusedLine(413, "RequestEntityTooLargeException")]);
  });

  test("one of the largest size is taken", async () => {
    await fetch(endpoint, { method: "POST", headers: awsJson, body: Buffer.alloc(maximumBody) });
    expect(received).toMatchObject([{ body: expect.objectContaining({ length: maximumBody }) }]);
  });

  test("a compressed one is refused with 415", async () => {
    const response = await fetch(endpoint, {
      method: "POST",
      headers: { ...awsJson, "content-encoding": "gzip" },
      body: gzipSync("{}"),
    });
    expect(response.status).toBe(415);
    expect(await response.json()).toEqual({ __type: "UnsupportedMediaTypeException" });
    expect(received).toEqual([]);
    expect(lines).toEqual([refusedLine(415, "UnsupportedMediaTypeException")]);
  });

  const sendHalf = async () => {
    const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
    socket.write(
      `POST / HTTP/1.1\r\nHost: x\r\nContent-Type: ${awsJson["content-type"]}\r\nContent-Length: 9\r\n\r\n{`,
    );
    await once(server, "request");
    return socket;
  };

  test("one that does not come in time is noted as it is answered, once", async () => {
    [server.headersTimeout, server.requestTimeout] = [50, 50];
    const socket = await sendHalf();
    const [answer] = await once(socket, "data");
    expect(String(answer)).toMatch(/^HTTP\/1\.1 408 /);
    socket.resume();
    await once(socket, "close");
    expect(lines).toEqual([refusedLine(408, "RequestTimeout")]);
  });

  test("one that is cut off is noted, and harms nobody", async () => {
    const socket = await sendHalf();
    socket.destroy();
    while (lines.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(lines).toEqual([refusedLine(400, "SerializationException")]);
    expect((await fetch(endpoint, { method: "POST", headers: awsJson, body: "{}" })).status).toBe(200);
  });
});

describe("the memory for bodies", () => {
  const post = (headers: Readonly<Record<string, string>> = {}, size = maximumBody) =>
    fetch(endpoint, { method: "POST", headers: { ...awsJson, ...headers }, body: Buffer.alloc(size) });
  const knownKey = { authorization: "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261121/a/b/c, Signature=0" };
  const strangeKey = { authorization: "AWS4-HMAC-SHA256 Credential=AKIDSTRANGER/20261121/a/b/c" };

  test("is held until the answer; strangers are the first for whom there is none", async () => {
    let release = () => {};
    const working = new Promise<void>((resolve) => {
      release = resolve;
    });
    answer = async () => {
      await working;
      return { status: 200, body: "{}" };
    };
    const first = post();
    while (received.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    for (const headers of [{}, strangeKey]) {
      const refused = await post(headers, 1);
      expect(refused.status).toBe(500);
      expect(refused.headers.get("connection")).toBe("close");
      expect(await refused.json()).toMatchObject({ __type: "ThrottlingException", Logref: requestId });
    }
    const line = refusedLine(500, "ThrottlingException");
    expect(lines).toEqual([line, line]);
    const known = post(knownKey);
    while (received.length === 1) await new Promise((resolve) => setTimeout(resolve, 5));

    release();
    expect([(await first).status, (await known).status]).toEqual([200, 200]);
    expect((await post()).status).toBe(200);
  });

  test("is given back by clients that go away", async () => {
    for (let client = 0; client < 20; client++) {
      const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
      socket.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 33554432\r\n\r\n");
      socket.write(Buffer.alloc(4 * 1024 * 1024), () => socket.destroy());
    }
    while (lines.length < 20) await new Promise((resolve) => setTimeout(resolve, 5));
    expect((await post()).status).toBe(200);
  });

  test("a body in many small pieces arrives whole", async () => {
    const pieces = Array.from({ length: 20_000 }, (_, index) => Buffer.from(`${index},`));
    const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
    socket.write(
      `POST / HTTP/1.1\r\nHost: x\r\nContent-Type: ${awsJson["content-type"]}\r\nTransfer-Encoding: chunked\r\n\r\n`,
    );
    for (const piece of pieces) socket.write(`${piece.length.toString(16)}\r\n${piece}\r\n`);
    socket.write("0\r\n\r\n");
    await once(socket, "data");
    socket.destroy();
    expect(Buffer.from(received[0]?.body ?? []).equals(Buffer.concat(pieces))).toBe(true);
  });
});

describe("other paths and methods", () => {
  test.each([
    ["GET", "/"],
    ["PUT", "/"],
    ["POST", "/collections"],
    ["GET", "/healthz/more"],
    ["POST", "/healthz"],
  ])("%s %s is refused as AWS refuses it", async (method, path) => {
    const response = await fetch(`${endpoint}${path}`, { method, headers: awsJson });
    expect(response.status).toBe(403);
    expect(response.headers.get("content-type")).toMatch("text/xml");
    expect(response.headers.get("x-amzn-requestid")).toBe(requestId);
    expect(await response.text()).toContain("<AccessDeniedException>");
    expect(received).toEqual([]);
    expect(lines).toEqual([refusedLine(403, "AccessDeniedException")]);
  });
});

describe("a fault of the service's own", () => {
  test("is answered 500 without its cause, which the log tells", async () => {
    answer = () => Promise.reject(new Error("out of memory at 0x7f"));
    const response = await fetch(endpoint, { method: "POST", headers: awsJson, body: '"not to be logged"' });
    expect(response.status).toBe(500);
    expect(await response.json()).toMatchObject({
      __type: "InternalServerError",
      Message: "Internal server error",
    });
    expect(lines).toMatchObject([
      { level: 50, requestId, error: "InternalServerError", err: { message: "out of memory at 0x7f" } },
    ]);
    expect(JSON.stringify(lines)).not.toContain("not to be logged");
  });
});

describe("probes", () => {
  afterEach(() => expect(lines).toEqual([]));

  test("/healthz is 200 while the process lives, whatever else does not", async () => {
    readinessChecks.database = () => Promise.reject(new Error("connection refused"));
    const response = await fetch(`${endpoint}/healthz`);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ status: "ok" });
  });

  test("/readyz is 200 when requests can be answered", async () => {
    const response = await fetch(`${endpoint}/readyz`);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ ready: true, checks: { database: "ok" } });
  });

  test("/readyz is 503 with the reasons when they cannot", async () => {
    readinessChecks.database = () => Promise.reject(new Error("connection refused"));
    const response = await fetch(`${endpoint}/readyz`);
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({ ready: false, checks: { database: "failed" } });
  });
});
