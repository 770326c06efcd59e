import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rename, rm, rmdir, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";
import { AwsError, collectionNotFound, invalidSignature, notAuthorized } from "../../protocol/errors.ts";
import { packageRoot } from "../system/packageRoot.ts";
import type { AnsweredRequest } from "../telemetry/answeredRequest.ts";
import { Stopwatch } from "../telemetry/stopwatch.ts";
import { AuditLog, AuditLogError } from "./auditLog.ts";

let folder: string;
let file: string;
const onFailure = jest.fn();

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "cameo-audit-"));
  file = path.join(folder, "audit.jsonl");
  onFailure.mockClear();
});
afterEach(() => rm(folder, { recursive: true }));

const open = () => new AuditLog(file, onFailure);

async function lines(from = file): Promise<Record<string, unknown>[]> {
  const content = await readFile(from, "utf8");
  return content
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}

function answered(parts: Partial<AnsweredRequest> = {}): AnsweredRequest {
  const stopwatch = new Stopwatch();
  stopwatch.time("operate", () => stopwatch.count("deleted", 2));
  return {
    request: { requestId: "7d3c1c2a-2e0f-4c55-9f3a-c9a3c1c7e2b1", rawHeaders: [] },
    operation: "DeleteFaces",
    caller: { accessKeyId: "SHOP", name: "shop", rights: {} },
    collectionId: "album-1",
    status: 200,
    error: undefined,
    duration: 5,
    stopwatch,
    ...parts,
  };
}

test("a request is a line: who did what to which collection, with how many faces", async () => {
  open().observe(answered());
  expect(await lines()).toEqual([
    {
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      requestId: "7d3c1c2a-2e0f-4c55-9f3a-c9a3c1c7e2b1",
      accessKeyId: "SHOP",
      name: "shop",
      operation: "DeleteFaces",
      collectionId: "album-1",
      outcome: "ok",
      faces: { deleted: 2 },
    },
  ]);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test("what failed and what was not allowed is recorded; what is of no known caller, or no attempt, is not", async () => {
  const audit = open();
  const untouched = { stopwatch: new Stopwatch() };
  audit.observe(answered({ error: collectionNotFound("album-1") }));
  audit.observe(answered({ ...untouched, error: notAuthorized("user", "DeleteFaces", undefined) }));
  audit.observe(answered({ ...untouched, caller: undefined, error: invalidSignature("wrong") }));
  audit.observe(answered({ ...untouched, error: new AwsError("ValidationException", "wrong") }));
  expect((await lines()).map(({ outcome }) => outcome)).toEqual([
    "ResourceNotFoundException",
    "AccessDeniedException",
  ]);
});

test("a file that is moved away is followed by a new one", async () => {
  const audit = open();
  audit.record({ operation: "Retention", outcome: "first" });
  await rename(file, `${file}.1`);
  audit.record({ operation: "Retention", outcome: "second" });
  expect(await lines(`${file}.1`)).toMatchObject([{ outcome: "first" }]);
  expect(await lines()).toMatchObject([{ outcome: "second" }]);
});

test("while it cannot be written nothing is done, and what happened is written later", async () => {
  const audit = open();
  await rm(file);
  await mkdir(file);
  audit.record({ operation: "Retention", outcome: "first" });
  audit.record({ operation: "Retention", outcome: "second" });
  expect(onFailure).toHaveBeenCalledTimes(1);
  expect(() => audit.requireWritable()).toThrow(
    expect.objectContaining({
      name: "ThrottlingException",
      cause: expect.objectContaining({ code: "EISDIR" }),
    }),
  );

  await rmdir(file);
  audit.requireWritable();
  expect(await lines()).toMatchObject([{ outcome: "first" }, { outcome: "second" }]);
});

test("on standard output lines are marked, and wait for a reader who is slow", async () => {
  const records = 3000;
  const script = `
    process.stdout; // Has Node make it non-blocking, as worker threads do.
    const { AuditLog } = await import("./dist/src/server/auditLog.js");
    const audit = new AuditLog("-", (error) => { throw error; });
    for (let count = 0; count < ${records}; count++) audit.record({ operation: "Retention", outcome: String(count) });
    process.exit();`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script], {
    cwd: packageRoot,
    stdio: ["ignore", "pipe", "inherit"],
  });
  // What is written meanwhile is more than the system keeps for a reader.
  await sleep(500);
  const printed = (await text(child.stdout)).trimEnd().split("\n");
  expect(printed.map((line) => JSON.parse(line))).toEqual(
    Array.from({ length: records }, (_, count) => ({
      log: "audit",
      time: expect.any(String),
      operation: "Retention",
      outcome: String(count),
    })),
  );
});

test("a file that cannot be made is told at the start", () => {
  file = path.join(folder, "none", "audit.jsonl");
  expect(open).toThrow(AuditLogError);
  expect(open).toThrow(/ENOENT.*CAMEO_AUDIT_LOG/);
});
