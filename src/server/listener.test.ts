import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { RequestListener } from "node:http";
import https from "node:https";
import { type AddressInfo, connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import tls from "node:tls";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import pino from "pino";
import { type Certificate, makeCertificate } from "../../test/support/selfSignedCertificate.ts";
import type { AnsweredRequest } from "../telemetry/answeredRequest.ts";
import { createListener, type Listener, type ListenerSettings } from "./listener.ts";
import { followTls } from "./tls.ts";

let folder: string;
let listener: Listener | undefined;
let sockets: Socket[];
let lines: Record<string, unknown>[];
let observed: AnsweredRequest[];
const requestId = "7d3c1c2a-2e0f-4c55-9f3a-c9a3c1c7e2b1";
const refusal = {
  newId: () => requestId,
  observe: (request: AnsweredRequest) => void observed.push(request),
};
const log = pino({ base: null }, { write: (line) => void lines.push(JSON.parse(line)) });

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "listener-"));
  [sockets, lines, observed] = [[], [], []];
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  listener?.release();
  listener?.server.closeAllConnections();
  listener?.server.close();
  listener = undefined;
  await rm(folder, { recursive: true });
});

const standard: ListenerSettings = { maxConnections: 100, requestTimeout: 60, tls: undefined };
const hello: RequestListener = (request, response) => {
  request.resume().on("end", () => response.end("hello"));
};

async function listen(settings: Partial<ListenerSettings>): Promise<number> {
  listener = createListener(hello, { ...standard, ...settings }, refusal, log);
  listener.server.listen(0, "127.0.0.1");
  await once(listener.server, "listening");
  return (listener.server.address() as AddressInfo).port;
}

/** Opens a connection and sends something; gives all that comes back until it is closed. */
async function answerTo(port: number, text: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  sockets.push(socket);
  let answer = "";
  socket.on("data", (piece) => {
    answer += piece;
  });
  socket.on("error", () => {});
  socket.write(text);
  await once(socket, "close");
  return answer;
}

describe("clients that are slow or many", () => {
  test.each([
    ["sends nothing", ""],
    ["does not end its headers", "POST / HTTP/1.1\r\nHost: x\r\nX-Slow: "],
    ["does not end its body", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{"],
  ])("one that %s is cut off in time", async (_, text) => {
    const answer = await answerTo(await listen({ requestTimeout: 1 }), text);
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  });

  test("one connection too many is closed, and others answer", async () => {
    const port = await listen({ maxConnections: 2 });
    const held = connect(port, "127.0.0.1");
    sockets.push(held);
    await once(listener?.server as NonNullable<typeof listener>["server"], "connection");
    const kept = connect(port, "127.0.0.1");
    sockets.push(kept);
    await once(kept, "connect");
    expect(await answerTo(port, "")).toBe("");
    expect(listener?.connections()).toEqual({ open: 2, limit: 2, refused: { limit: 1, tls: 0 } });
    kept.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    expect(String((await once(kept, "data"))[0])).toContain("200 OK");
  });

  test("headers of more than 16 KiB are refused", async () => {
    const answer = await answerTo(
      await listen({}),
      `GET / HTTP/1.1\r\nX-Long: ${"a".repeat(17_000)}\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
  });

  test.each([
    ["both lengths", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"],
    ["two lengths", "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello"],
    ["a coding that is no chunked", "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"],
    ["a chunk's size that is no number", "Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n"],
  ])("%s in a request are refused", async (_, rest) => {
    expect(await answerTo(await listen({}), `POST / HTTP/1.1\r\nHost: x\r\n${rest}`)).toMatch(
      /^HTTP\/1\.1 400 /,
    );
  });
});

describe("what never becomes a request", () => {
  const told = () => observed.map(({ request, status, error }) => [request.requestId, status, error?.name]);

  test.each<[string, string, number, string]>([
    ["is no HTTP", "\x16\x03\x01\x02\0\x01\0", 400, "BadRequest"],
    ["does not come in time", "POST / HTTP/1.1\r\n", 408, "RequestTimeout"],
    ["is too long", `GET / HTTP/1.1\r\nX-Long: ${"a".repeat(17_000)}`, 431, "RequestHeaderFieldsTooLarge"],
  ])("is told when it %s, as no operation's", async (_, text, status, name) => {
    const answer = await answerTo(await listen({ requestTimeout: 1 }), text);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} .*\r\nConnection: close\r\n`));
    expect(answer).toContain(`x-amzn-RequestId: ${requestId}\r\n\r\n`);
    expect(told()).toEqual([[requestId, status, name]]);
    expect(observed).toMatchObject([{ operation: undefined, caller: undefined, duration: 0 }]);
  });

  test("is told too after an answered request on the same connection", async () => {
    const socket = connect(await listen({}), "127.0.0.1");
    sockets.push(socket);
    socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    await once(socket, "data");
    socket.resume().write("\0");
    await once(socket, "close");
    expect(told()).toEqual([[requestId, 400, "BadRequest"]]);
  });

  test("is left to whoever reads the body when the request has begun", async () => {
    const head = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
    expect(await answerTo(await listen({}), `${head}zz\r\n`)).toMatch(/^HTTP\/1\.1 400 /);
    expect(told()).toEqual([]);
  });

  test("is nothing where a client connects and leaves", async () => {
    const socket = connect(await listen({}), "127.0.0.1");
    sockets.push(socket);
    await once(socket, "connect");
    socket.end();
    await once(socket, "close");
    expect(told()).toEqual([]);
    // The server closes its end in its own time.
    while (listener?.connections().open !== 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(listener.connections().refused).toEqual({ limit: 0, tls: 0 });
  });
});

describe("TLS", () => {
  const write = async ({ cert, key }: Certificate) => {
    const files = { cert: path.join(folder, "tls.crt"), key: path.join(folder, "tls.key") };
    await writeFile(files.cert, cert);
    await writeFile(files.key, key);
    return files;
  };
  const get = (port: number, ca: string) =>
    new Promise<string>((resolve, reject) => {
      https
        .get({ host: "127.0.0.1", port, path: "/", ca, agent: false }, (response) => {
          response.on("data", (piece) => resolve(String(piece)));
        })
        .on("error", reject);
    });

  test("answers who trusts the certificate, and not below TLS 1.2", async () => {
    const certificate = makeCertificate();
    const port = await listen({ tls: await write(certificate) });
    expect(await get(port, certificate.cert)).toBe("hello");
    const old = tls.connect({ host: "127.0.0.1", port, ca: certificate.cert, maxVersion: "TLSv1.1" });
    sockets.push(old);
    expect(await once(old, "error")).toBeDefined();
  });

  test("a client that does not speak it is refused, and counted", async () => {
    const port = await listen({ tls: await write(makeCertificate()) });
    await answerTo(port, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    expect(listener?.connections().refused).toEqual({ limit: 0, tls: 1 });
  });

  test("files that do not belong together do not start", async () => {
    const files = await write({ cert: makeCertificate().cert, key: makeCertificate().key });
    await expect(listen({ tls: files })).rejects.toThrow(/^CAMEO_TLS_CERT, CAMEO_TLS_KEY: .*mismatch/);
    await expect(listen({ tls: { ...files, key: "/no/such/file" } })).rejects.toThrow("cannot be read");
  });

  test("a renewed certificate is taken up; half a renewal leaves the one before", async () => {
    const [before, after] = [makeCertificate(), makeCertificate()];
    const files = await write(before);
    const port = await listen({ tls: files });
    const stop = followTls(listener?.server as https.Server, files, log, 10);
    try {
      await writeFile(files.cert, after.cert);
      while (lines.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      expect(lines[0]).toMatchObject({
        level: 50,
        msg: expect.stringContaining("the certificate before stays in use"),
      });
      expect(await get(port, before.cert)).toBe("hello");

      await writeFile(files.key, after.key);
      while (lines.at(-1)?.level !== 30) await new Promise((resolve) => setTimeout(resolve, 5));
      expect(await get(port, after.cert)).toBe("hello");
      await expect(get(port, before.cert)).rejects.toThrow();
    } finally {
      stop();
    }
  });
});
