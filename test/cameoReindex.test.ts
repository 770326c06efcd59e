import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  AssociateFacesCommand,
  CreateCollectionCommand,
  CreateUserCommand,
  DescribeCollectionCommand,
  IndexFacesCommand,
  ListFacesCommand,
  RekognitionClient,
  SearchFacesByImageCommand,
  SearchUsersByImageCommand,
} from "@aws-sdk/client-rekognition";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import sharp from "sharp";
import { developmentCredential } from "../src/boot/config.ts";
import { type CameoProcess, startCameo, waitUntil } from "./support/cameoProcess.ts";
import { drawPhoto } from "./support/drawnFaces/drawPhoto.ts";
import { type ServiceProcess, startServiceProcess } from "./support/serviceProcess.ts";

const CollectionId = `reindex-${randomUUID()}`;
const couples = Array.from({ length: 30 }, (_, index) => [`left ${index}`, `right ${index}`] as const);

const databases: readonly { name: string; env: Readonly<Record<string, string>> }[] = [
  { name: "PGlite", env: { DATABASE_URL: "" } },
  ...(process.env.TEST_DATABASE_URL === undefined
    ? []
    : [{ name: "PostgreSQL", env: { DATABASE_URL: process.env.TEST_DATABASE_URL } }]),
];

describe.each(databases)("cameo reindex on $name", ({ name, env: databaseEnv }) => {
  const isShared = name === "PostgreSQL";
  let folder: string;
  let originals: string;
  let env: Readonly<Record<string, string>>;
  let service: ServiceProcess | undefined;
  let client: RekognitionClient;

  const startService = async () => {
    service = await startServiceProcess({ models: "drawn-faces", env });
    client = new RekognitionClient({
      endpoint: service.endpoint,
      region: "us-east-1",
      credentials: developmentCredential,
    });
  };
  const stopService = async () => service?.stop();
  const reportFile = () => path.join(folder, "report.json");
  const readReport = async () => JSON.parse(await readFile(reportFile(), "utf8"));
  const reindex = (...args: string[]): CameoProcess =>
    startCameo(
      [
        ...["reindex", originals, "--collection", CollectionId, "--to", "drawn-faces-small"],
        ...["--report", reportFile(), ...args],
      ],
      { ...env, CAMEO_LOG_LEVEL: "debug" },
    );
  const index = (ExternalImageId: string, Bytes: Uint8Array) =>
    client.send(new IndexFacesCommand({ CollectionId, ExternalImageId, Image: { Bytes } }));
  const facesOf = async () => {
    const { Faces = [] } = await client.send(new ListFacesCommand({ CollectionId, MaxResults: 1000 }));
    return Faces.map(({ FaceId, ExternalImageId, UserId, BoundingBox }) => ({
      FaceId,
      ExternalImageId,
      UserId,
      BoundingBox,
    }));
  };
  const search = async (identity: string) => {
    const { FaceMatches = [], FaceModelVersion } = await client.send(
      new SearchFacesByImageCommand({ CollectionId, Image: { Bytes: portraitOf(identity) } }),
    );
    return { version: FaceModelVersion, found: FaceMatches.map(({ Face }) => Face?.ExternalImageId) };
  };

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "cameo-reindex-"));
    originals = path.join(folder, "originals");
    await mkdir(path.join(originals, "kept elsewhere"), { recursive: true });
    env = {
      ...databaseEnv,
      CAMEO_DATA_DIR: path.join(folder, "data"),
      CAMEO_MODELS_DIR: path.join(folder, "models"),
      CAMEO_MODEL_PACK: "drawn-faces",
    };
    await startService();
    await client.send(new CreateCollectionCommand({ CollectionId }));
    for (const [number, couple] of couples.entries()) {
      const bytes = coupleOf(couple);
      // Renamed since: they are known by their bytes.
      await writeFile(path.join(originals, "kept elsewhere", `IMG_${number}.jpg`), bytes);
      await index(`${number}.jpg`, bytes);
    }
    const large = drawPhoto({
      width: 1200,
      height: 800,
      faces: [{ identity: "Ada", x: 600, y: 400, size: 200 }],
    });
    await writeFile(path.join(originals, "shrunk.jpg"), large.bytes);
    const shrunk = await sharp(large.bytes).resize({ width: 600 }).jpeg().toBuffer();
    const { FaceRecords } = await index("shrunk.jpg", shrunk);
    await client.send(new CreateUserCommand({ CollectionId, UserId: "ada" }));
    const FaceIds = [FaceRecords?.[0]?.Face?.FaceId as string];
    await client.send(new AssociateFacesCommand({ CollectionId, UserId: "ada", FaceIds }));
  });
  afterAll(async () => {
    await service?.stop("SIGKILL");
    await rm(folder, { recursive: true, force: true });
  });

  test("has the embedded database for itself only", async () => {
    if (isShared) return;
    const run = await reindex().ended;
    expect(run.stderr).toMatch(/in use by another Cameo process/);
    expect(run.exitCode).toBe(3);
  });

  test("killed in the middle and started again, it keeps FaceIds, users and names", async () => {
    const before = await facesOf();
    expect(before).toHaveLength(61);
    if (!isShared) await stopService();

    const missing = path.join(originals, "kept elsewhere", "IMG_7.jpg");
    await rename(missing, path.join(folder, "away.jpg"));
    const killed = reindex("--concurrency", "1");
    await waitUntil(killed, () => killed.output.stdout.split("looked at a photo").length > 10);
    killed.kill("SIGKILL");
    await killed.ended;
    if (isShared) expect(await search("left 3")).toEqual({ version: "100.0", found: ["3.jpg"] });

    const incomplete = await reindex().ended;
    expect(incomplete.exitCode).toBe(1);
    expect(incomplete.stdout).toMatch(
      /still on drawn-faces\n.*\n.*\n.*1 images without a photo:\n {4}7\.jpg/,
    );
    const report = await readReport();
    expect(report).toMatchObject({
      isSwitched: false,
      photosFoundByName: 1,
      missingImages: [{ externalImageId: "7.jpg", unstagedFaces: 2 }],
      unmatchedFaces: [],
      unreadablePhotos: [],
    });
    // What the run that was killed has done is not done again.
    expect(report.stagedFaces).toBeLessThanOrEqual(59 - 2 * 8);
    if (isShared) expect(await search("left 3")).toEqual({ version: "100.0", found: ["3.jpg"] });

    await rename(path.join(folder, "away.jpg"), missing);
    const last = reindex();
    const searches = isShared ? searchUntilEnd(last, () => search("right 3")) : undefined;
    const run = await last.ended;
    expect(run.stdout).toMatch(/moved from drawn-faces to drawn-faces-small/);
    expect(run.exitCode).toBe(0);
    // Whatever the moment, a search is answered, by one pack or the other.
    for (const { version, found } of (await searches) ?? []) {
      expect(["100.0", "100.1"]).toContain(version);
      expect(found).toEqual(["3.jpg"]);
    }

    if (!isShared) await startService();
    expect(await facesOf()).toEqual(before);
    for (const number of [0, 7, 29]) {
      expect(await search(`left ${number}`)).toEqual({ version: "100.1", found: [`${number}.jpg`] });
    }
    const { UserMatches } = await client.send(
      new SearchUsersByImageCommand({ CollectionId, Image: { Bytes: portraitOf("Ada") } }),
    );
    expect(UserMatches?.map(({ User }) => User?.UserId)).toEqual(["ada"]);
    const collection = await client.send(new DescribeCollectionCommand({ CollectionId }));
    expect(collection).toMatchObject({ FaceCount: 61, UserCount: 1, FaceModelVersion: "100.1" });
    await index("new.jpg", portraitOf("Grace"));
    expect((await search("Grace")).found).toEqual(["new.jpg"]);
  });

  test("says so when there is nothing to do, and what it does not know", async () => {
    if (!isShared) await stopService();
    const again = await reindex().ended;
    expect(again.stdout).toMatch(/is on drawn-faces-small already/);
    expect(again.exitCode).toBe(0);
    const unknown = await reindex("--to", "none").ended;
    expect(unknown.stderr).toMatch(/There is no model pack "none"/);
    expect(unknown.exitCode).toBe(3);
  });

  test("deletes the faces whose photo is gone only when it is told to", async () => {
    // Grace's photo was never kept.
    expect((await reindex("--to", "drawn-faces").ended).exitCode).toBe(1);
    expect((await readReport()).missingImages).toMatchObject([{ externalImageId: "new.jpg" }]);
    expect((await reindex("--to", "drawn-faces", "--drop-missing").ended).exitCode).toBe(0);
    expect(await readReport()).toMatchObject({ isSwitched: true, droppedFaces: 1 });
    if (!isShared) await startService();
    expect(await search("Grace")).toEqual({ version: "100.0", found: [] });
    expect(await facesOf()).toHaveLength(61);
  });
});

/** Searches again and again while a process runs, and once after it. */
async function searchUntilEnd<Result>(
  { ended }: CameoProcess,
  search: () => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  let isRunning = true;
  void ended.then(() => {
    isRunning = false;
  });
  while (isRunning) results.push(await search());
  return [...results, await search()];
}

function coupleOf([left, right]: readonly [string, string]): Uint8Array {
  const face = (identity: string, x: number) => ({ identity, x, y: 150, size: 100 });
  return drawPhoto({ width: 480, height: 300, faces: [face(left, 120), face(right, 360)] }).bytes;
}

function portraitOf(identity: string): Uint8Array {
  return drawPhoto({ width: 240, height: 240, faces: [{ identity, x: 120, y: 120, size: 100 }] }).bytes;
}
