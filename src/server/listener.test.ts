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
import { createListener, type Listener, type ListenerSettings } from "./listener.ts";
import { followTls } from "./tls.ts";

let folder: string;
let listener: Listener | undefined;
let sockets: Socket[];
let lines: Record<string, unknown>[];
const log = pino({ base: null }, { write: (line) => void lines.push(JSON.parse(line)) });

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "listener-"));
  [sockets, lines] = [[], []];
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
  listener = createListener(hello, { ...standard, ...settings }, log);
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
