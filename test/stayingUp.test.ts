import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { packageRoot } from "../src/system/packageRoot.ts";
import { freePort } from "./support/freePort.ts";

let folder: string;
let child: ChildProcess;
let lines: string[];

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "cameo-staying-up-"));
  lines = [];
});
afterEach(async () => {
  child.kill("SIGKILL");
  await rm(folder, { recursive: true, force: true });
});

/** Starts the service without waiting until it answers. */
async function start(env: Readonly<Record<string, string>>): Promise<string> {
  const port = await freePort();
  child = spawn(process.execPath, ["dist/test/support/drawnFacesService.js"], {
    cwd: packageRoot,
    env: {
      ...process.env,
      NODE_OPTIONS: "",
      CAMEO_PORT: String(port),
      CAMEO_MODEL_PACK: "drawn-faces",
      CAMEO_MODELS_DIR: path.join(folder, "models"),
      CAMEO_DATA_DIR: path.join(folder, "data"),
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (piece: Buffer) => lines.push(piece.toString()));
  }
  return `http://127.0.0.1:${port}`;
}

async function untilPrinted(text: string): Promise<void> {
  while (!lines.join("").includes(text)) await new Promise((resolve) => setTimeout(resolve, 20));
}

test("a start without its database says so, answers that it is not ready, and has callers come again", async () => {
  const databasePort = await freePort();
  const endpoint = await start({ DATABASE_URL: `postgres://cameo:secret@127.0.0.1:${databasePort}/cameo` });
  await untilPrinted("waiting for the database");
  expect(lines.join("")).toContain("ECONNREFUSED");
  expect(lines.join("")).not.toContain("secret");

  expect((await fetch(`${endpoint}/healthz`)).status).toBe(200);
  const ready = await fetch(`${endpoint}/readyz`);
  expect(ready.status).toBe(503);
  expect(await ready.json()).toMatchObject({ ready: false, checks: { database: "failed: ECONNREFUSED" } });
  const call = await fetch(endpoint, {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": "RekognitionService.ListCollections",
    },
    body: "{}",
  });
  expect(call.status).toBe(500);
  expect(await call.json()).toMatchObject({ __type: "ThrottlingException", Message: "Service Unavailable" });
  await untilPrinted(`"requestId":"${call.headers.get("x-amzn-requestid")}","status":500`);
});

test("a database that does not come in time ends the start, and says why", async () => {
  const databasePort = await freePort();
  await start({
    DATABASE_URL: `postgres://cameo@127.0.0.1:${databasePort}/cameo`,
    CAMEO_DATABASE_WAIT: "0",
  });
  const [exitCode] = await once(child, "exit");
  expect(exitCode).toBe(1);
  expect(lines.join("")).toMatch(/PostgreSQL at .* cannot be used: .*ECONNREFUSED/);
});

test("a database that takes connections and never answers is waited for no longer than five seconds", async () => {
  const silent: Server = createServer(() => undefined).listen(0, "127.0.0.1");
  await once(silent, "listening");
  const { port } = silent.address() as { port: number };
  await start({ DATABASE_URL: `postgres://cameo@127.0.0.1:${port}/cameo` });
  await untilPrinted("waiting for the database");
  silent.close();
}, 15_000);

test("a failure that nobody waited for is told, and the service goes on; an error that nobody caught ends it", async () => {
  const instruments = `--import ${path.join(packageRoot, "dist/trials/faults/instruments.js")}`;
  const endpoint = await start({ NODE_OPTIONS: instruments, CAMEO_FAULT: "rejection" });
  await untilPrinted("Cameo answers at");
  child.kill("SIGUSR2");
  await untilPrinted("a failure that nobody waited for");
  expect(await (await fetch(`${endpoint}/readyz`)).json()).toMatchObject({ ready: true });
  child.kill("SIGTERM");
  expect(await once(child, "exit")).toEqual([0, null]);

  lines = [];
  await start({ NODE_OPTIONS: instruments, CAMEO_FAULT: "exception" });
  await untilPrinted("Cameo answers at");
  child.kill("SIGUSR2");
  expect(await once(child, "exit")).toEqual([1, null]);
  expect(lines.join("")).toContain("an error that nobody caught");
}, 60_000);

test("SIGTERM waits for what is in work, a second one does not", async () => {
  const endpoint = new URL(await start({}));
  await untilPrinted("Cameo answers at");
  const socket = connect(Number(endpoint.port), endpoint.hostname);
  socket.on("error", () => undefined);
  socket.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\nExpect: 100-continue\r\n\r\n{");
  // The service asks for the rest: it has the request in work.
  await once(socket, "data");
  child.kill("SIGTERM");
  await untilPrinted("SIGTERM: answering what is in work");
  child.kill("SIGTERM");
  expect(await once(child, "exit")).toEqual([1, null]);
  expect(lines.join("")).toContain("SIGTERM again");
}, 30_000);
