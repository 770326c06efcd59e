import { mkdir, mkdtemp, readdir, readFile, readlink, rm, rmdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  CompareFacesCommand,
  CreateCollectionCommand,
  DeleteFacesCommand,
  DetectFacesCommand,
  IndexFacesCommand,
  ListFacesCommand,
  RekognitionClient,
  SearchFacesByImageCommand,
  SearchUsersByImageCommand,
} from "@aws-sdk/client-rekognition";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { developmentCredential } from "../src/boot/config.ts";
import { drawPhoto } from "./support/drawnFaces/drawPhoto.ts";
import { filesHolding, type Needles, needlesIn } from "./support/filesHolding.ts";
import { type ServiceProcess, startServiceProcess } from "./support/serviceProcess.ts";

const CollectionId = "private-album";
const ExternalImageId = "private-photo-of-ada.jpg";
const photo = drawPhoto({
  width: 400,
  height: 400,
  faces: [{ identity: "Ada", x: 200, y: 200, size: 150 }],
}).bytes;

/** Parts of the photo, as bytes and as a request carries it; and what any image begins with. */
const image: Needles = {
  "bytes of the image": Buffer.from(photo.subarray(photo.length / 2, photo.length / 2 + 48)),
  "base64 of the image": Buffer.from(Buffer.from(photo).toString("base64").slice(2000, 2064)),
  "a JPEG": Buffer.from([0xff, 0xd8, 0xff, 0xe0]),
  "a PNG": Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
};

let folder: string;
let service: ServiceProcess;
let client: RekognitionClient;
let auditLog: string;
let faceId: string;
let misspelt: unknown;
let cwdBefore: readonly string[];
const logged: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "cameo-privacy-"));
  auditLog = path.join(folder, "audit.jsonl");
  await mkdir(path.join(folder, "tmp"));
  cwdBefore = await readdir(".");
  service = await startServiceProcess({
    models: "drawn-faces",
    env: {
      CAMEO_DATA_DIR: path.join(folder, "data"),
      CAMEO_MODELS_DIR: path.join(folder, "models"),
      CAMEO_WORKERS: "1",
      CAMEO_AUDIT_LOG: auditLog,
      TMPDIR: path.join(folder, "tmp"),
    },
    onLine: (line) => logged.push(line),
  });
  const { endpoint } = service;
  client = new RekognitionClient({
    endpoint,
    region: "us-east-1",
    credentials: developmentCredential,
    maxAttempts: 1,
  });
  const Image = { Bytes: photo };
  const Tags = { "cameo:retention-days": "90" };
  await client.send(new CreateCollectionCommand({ CollectionId, Tags }));
  const indexed = await client.send(new IndexFacesCommand({ CollectionId, ExternalImageId, Image }));
  faceId = indexed.FaceRecords?.[0]?.Face?.FaceId as string;
  await client.send(new SearchFacesByImageCommand({ CollectionId, Image }));
  await client.send(new SearchUsersByImageCommand({ CollectionId, Image }));
  await client.send(new DetectFacesCommand({ Image, Attributes: ["ALL"] }));
  await client.send(new CompareFacesCommand({ SourceImage: Image, TargetImage: Image }));
  await client.send(new DeleteFacesCommand({ CollectionId, FaceIds: [faceId] }));
  misspelt = await client
    .send(new CreateCollectionCommand({ CollectionId: "other", Tags: { "cameo:retention": "90" } }))
    .catch((error: Error) => error.name);
}, 120_000);

afterAll(async () => {
  await service?.stop("SIGKILL");
  await rm(folder, { recursive: true, force: true });
});

test("no image is written to a disk, and no request", async () => {
  expect(await filesHolding(folder, image)).toEqual([]);
  expect(logged.join("\n")).not.toContain(String(image["base64 of the image"]));
  expect(await readdir(".")).toEqual(cwdBefore);
  expect(await openFilesHolding(service.pid, image)).toEqual([]);

  // What the test looks for it would find.
  const planted = path.join(folder, "tmp", "planted");
  await writeFile(planted, photo);
  expect(await filesHolding(folder, image)).toContain("tmp/planted: bytes of the image");
  await rm(planted);
});

test("the audit trail tells who did what with how many faces, and nothing of a face or an image", async () => {
  const text = await readFile(auditLog, "utf8");
  const records = text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  const of = (operation: string, faces?: object) => ({
    time: expect.any(String),
    requestId: expect.stringMatching(/^[\da-f-]{36}$/),
    accessKeyId: "cameo",
    name: "cameo",
    operation,
    outcome: "ok",
    ...(!["DetectFaces", "CompareFaces"].includes(operation) && { collectionId: CollectionId }),
    ...(faces !== undefined && { faces }),
  });
  expect(records).toEqual([
    of("CreateCollection"),
    of("IndexFaces", { found: 1, indexed: 1 }),
    of("SearchFacesByImage", { found: 1, searched: 1, matched: 1 }),
    of("SearchUsersByImage", { found: 1, searched: 0, matched: 0 }),
    of("DetectFaces", { found: 1 }),
    of("CompareFaces", { found: 2 }),
    of("DeleteFaces", { deleted: 1 }),
    { ...of("CreateCollection"), collectionId: "other", outcome: "InvalidParameterException" },
  ]);
  for (const secret of [faceId, ExternalImageId, developmentCredential.secretAccessKey]) {
    expect(text).not.toContain(secret);
  }
  for (const name of [CollectionId, ExternalImageId, faceId]) expect(logged.join("\n")).not.toContain(name);
});

test("a misspelt retention is refused", () => {
  expect(misspelt).toBe("InvalidParameterException");
});

test("while the audit trail cannot be written, requests are turned away, and nothing of it is lost", async () => {
  const before = await readFile(auditLog, "utf8");
  await rm(auditLog);
  await mkdir(auditLog);
  const list = () => client.send(new ListFacesCommand({ CollectionId }));
  // Done before anyone could know.
  await list();
  await expect(list()).rejects.toMatchObject({ name: "ThrottlingException", message: "Service Unavailable" });
  const ready = await fetch(new URL("/readyz", service.endpoint));
  expect(await ready.json()).toMatchObject({ ready: false, checks: { auditLog: "failed: EISDIR" } });

  await rmdir(auditLog);
  await writeFile(auditLog, before);
  await list();
  const added = (await readFile(auditLog, "utf8")).slice(before.length).trim().split("\n");
  expect(added.map((line) => JSON.parse(line))).toMatchObject([
    { operation: "ListFaces", outcome: "ok" },
    { operation: "ListFaces", outcome: "ok" },
  ]);
});

/** The files that a process has open, deleted ones included, with what is found in them; Linux only. */
async function openFilesHolding(pid: number, needles: Needles): Promise<string[]> {
  const found: string[] = [];
  for (const descriptor of await readdir(`/proc/${pid}/fd`).catch(() => [])) {
    const link = `/proc/${pid}/fd/${descriptor}`;
    const target = await readlink(link).catch(() => "");
    // Sockets, pipes and devices have no content of their own.
    if (!target.startsWith("/") || target.startsWith("/dev/")) continue;
    for (const what of await needlesIn(link, needles)) found.push(`${target}: ${what}`);
  }
  return found;
}
