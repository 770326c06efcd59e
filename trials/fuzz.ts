import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import http from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import fc from "fast-check";
import { type RawAnswer, type RawRequest, send } from "../conformance/support/http.ts";
import { createSigner } from "../conformance/support/signer.ts";
import { developmentCredential } from "../src/boot/config.ts";
import { type ServiceProcess, startServiceProcess } from "../test/support/serviceProcess.ts";
import { photo } from "./fuzz/images.ts";
import { judge } from "./fuzz/judge.ts";
import { collectionIds, learn } from "./fuzz/known.ts";
import { type FuzzRequest, fuzzRequest } from "./fuzz/requests.ts";

const usage = `npm run fuzz [-- OPTIONS]

Sends random requests, made from the service model, and fails on any answer that AWS would not give: 5xx, an unknown
exception, a success that does not fit, a broken connection, a hang; and on memory that only grows. Without --endpoint
it starts a service, with drawn faces on PGlite.

  --count N          how many requests: 100000
  --seed N           what they are made from; random, and printed first
  --endpoint URL     the service to drive; the keys are those of the environment (AWS_ACCESS_KEY_ID, …).
                     Collections named cameo-fuzz-0 to -2 are made and deleted there
  --concurrency N    requests at once: 16
  --timeout SECONDS  longest wait for an answer: 60
  --growth MIB       most growth of the service's memory after the first tenth of the requests: 400
`;

const { values: options } = parseArgs({
  options: {
    count: { type: "string", default: "100000" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 2 ** 31)) },
    endpoint: { type: "string" },
    concurrency: { type: "string", default: "16" },
    timeout: { type: "string", default: "60" },
    growth: { type: "string", default: "400" },
    help: { type: "boolean" },
  },
});

const count = Number(options.count);
const timeout = 1000 * Number(options.timeout);
/** How many requests are made in one go: few enough that they know what the answers before them told. */
const batch = 200;
/** How many faults are printed in full. */
const printed = 10;

interface Target {
  readonly endpoint: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** The service's process, where it is one of this run. */
  readonly pid?: number;
}

/** Drives a target; gives the number of faults. */
async function fuzz({ endpoint, credentials, pid }: Target): Promise<number> {
  const sign = createSigner({ endpoint, region: process.env.AWS_REGION ?? "us-east-1", credentials });
  const agent = new http.Agent({ keepAlive: true, maxSockets: Number(options.concurrency) });
  const kinds = new Map<string, number>();
  let faults = 0;
  let slowest = 0;

  const deliver = async ({ target, body, tampering }: FuzzRequest): Promise<RawAnswer> => {
    const signed = await sign({ target, body });
    const sent = tampering?.body ?? body;
    const headers = Object.entries({
      ...signed.headers,
      // Node adds it to no GET or DELETE, and would send the body as another request.
      "content-length": String(Buffer.byteLength(sent)),
      ...tampering?.headers,
    });
    const request: RawRequest = {
      method: tampering?.method ?? "POST",
      headers: Object.fromEntries(
        headers.filter((header): header is [string, string] => header[1] !== undefined),
      ),
      body: sent,
    };
    const signal = AbortSignal.timeout(timeout);
    return send(request, new URL(`${new URL(endpoint).origin}${tampering?.path ?? "/"}`), { agent, signal });
  };
  const note = (kind: string) => kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  const tell = (index: number, request: FuzzRequest, fault: string) => {
    if (++faults > printed) return;
    const { target, body, tampering } = request;
    const sent = { target, body: Buffer.from(body).toString("latin1").slice(0, 2000), tampering };
    console.error(`Request ${index}: ${fault}\n${JSON.stringify(sent)}`);
  };
  const tryOne = async (index: number, request: FuzzRequest) => {
    const start = performance.now();
    try {
      const answer = await deliver(request);
      const { kind, fault } = judge(request.target, answer);
      note(kind);
      learn(answer.text);
      if (fault !== undefined)
        tell(index, request, `${fault}\n${answer.status} ${answer.text.slice(0, 2000)}`);
    } catch (error) {
      note("no answer");
      tell(index, request, `no answer: ${error}`);
    }
    slowest = Math.max(slowest, performance.now() - start);
  };

  const requests = numbered(generate(Number(options.seed)));
  const memory: number[] = [];
  const started = performance.now();
  const lane = async () => {
    for (const [index, request] of requests) {
      if (pid !== undefined && index % (count / 10) === 0) memory.push(residentMemory(pid));
      await tryOne(index, request);
    }
  };
  await seedCollections(deliver);
  await Promise.all(Array.from({ length: Number(options.concurrency) }, lane));
  const seconds = (performance.now() - started) / 1000;
  if (pid !== undefined) memory.push(residentMemory(pid));
  for (const CollectionId of collectionIds) await deliver(callOf("DeleteCollection", { CollectionId }));
  agent.destroy();

  for (const [kind, number] of [...kinds].sort()) console.log(`${`${number}`.padStart(8)}  ${kind}`);
  console.log(
    `${count} requests in ${seconds.toFixed(0)} s (${(count / seconds).toFixed(0)}/s), the slowest ${slowest.toFixed(0)} ms`,
  );
  if (memory.length > 0)
    console.log(`Resident memory, MiB: ${memory.map((mib) => mib.toFixed(0)).join(" ")}`);
  const growth = (memory.at(-1) ?? 0) - (memory[1] ?? 0);
  if (growth > Number(options.growth)) {
    faults++;
    console.error(`Memory grew by ${growth.toFixed(0)} MiB`);
  }
  console.log(faults === 0 ? "No faults" : `${faults} faults`);
  return faults;
}

/** Requests, the same for the same seed but for the ids that the service gave. */
function* generate(seed: number): Generator<FuzzRequest> {
  for (let made = 0; made < count; made += batch) {
    yield* fc.sample(fuzzRequest, { seed: seed + made, numRuns: Math.min(batch, count - made) });
  }
}

function* numbered<T>(values: Iterable<T>): Generator<readonly [number, T]> {
  let index = 0;
  for (const value of values) yield [index++, value];
}

async function seedCollections(deliver: (request: FuzzRequest) => Promise<RawAnswer>): Promise<void> {
  const Image = { Bytes: Buffer.from(photo("a", "jpeg")).toString("base64") };
  for (const CollectionId of collectionIds) {
    await deliver(callOf("CreateCollection", { CollectionId }));
    learn((await deliver(callOf("IndexFaces", { CollectionId, Image }))).text);
  }
}

function callOf(operation: string, input: object): FuzzRequest {
  return { target: `RekognitionService.${operation}`, body: JSON.stringify(input) };
}

/** MiB of memory that a process holds; 0 where the system does not tell. */
function residentMemory(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024;
}

async function main(): Promise<void> {
  if (options.help) return console.log(usage);
  console.log(`Seed ${options.seed}`);
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = process.env;
  if (options.endpoint !== undefined) {
    if (!accessKeyId || !secretAccessKey)
      throw new Error("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set");
    const credentials = { accessKeyId, secretAccessKey };
    process.exitCode = (await fuzz({ endpoint: options.endpoint, credentials })) === 0 ? 0 : 1;
    return;
  }
  const folder = await mkdtemp(path.join(tmpdir(), "cameo-fuzz-"));
  let service: ServiceProcess | undefined;
  try {
    service = await startServiceProcess({
      models: "drawn-faces",
      env: { CAMEO_DATA_DIR: path.join(folder, "data"), CAMEO_MODELS_DIR: path.join(folder, "models") },
    });
    const { endpoint, pid } = service;
    process.exitCode = (await fuzz({ endpoint, pid, credentials: developmentCredential })) === 0 ? 0 : 1;
  } finally {
    await service?.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

await main();
