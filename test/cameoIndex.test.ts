import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  DescribeCollectionCommand,
  paginateListFaces,
  RekognitionClient,
  SearchFacesByImageCommand,
} from "@aws-sdk/client-rekognition";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { developmentCredential } from "../src/boot/config.ts";
import { type CameoProcess, startCameo, waitUntil } from "./support/cameoProcess.ts";
import { drawPhoto } from "./support/drawnFaces/drawPhoto.ts";
import { type ServiceProcess, startServiceProcess } from "./support/serviceProcess.ts";

/** Photos with one face each, in two folders. */
const portraits = Array.from(
  { length: 40 },
  (_, index) => `${index % 2 ? "church" : "party/late"}/${index}.jpg`,
);

describe("cameo index", () => {
  let folder: string;
  let album: string;
  let service: ServiceProcess;
  let client: RekognitionClient;

  const startService = async (port = "0") => {
    service = await startServiceProcess({
      models: "drawn-faces",
      env: {
        CAMEO_PORT: port,
        CAMEO_DATA_DIR: path.join(folder, "data"),
        CAMEO_MODELS_DIR: path.join(folder, "models"),
      },
    });
  };
  /** Begins or goes on with the album, one photo at a time. */
  const index = (collection: string, ...args: string[]): CameoProcess =>
    startCameo(
      [
        ...["index", album, "--collection", collection, "--create", "--endpoint", service.endpoint],
        ...["--state", stateOf(collection), "--report", reportOf(collection), "--concurrency", "1", ...args],
      ],
      { AWS_ACCESS_KEY_ID: "", AWS_PROFILE: "", CAMEO_MODELS_DIR: path.join(folder, "models") },
    );
  const stateOf = (collection: string) => path.join(folder, `${collection}.jsonl`);
  const reportOf = (collection: string) => path.join(folder, `${collection}.json`);
  const linesOf = async (collection: string) =>
    (await readFile(stateOf(collection), "utf8").catch(() => "")).split("\n").slice(0, -1);
  const facesOf = async (CollectionId: string) => {
    const found: string[] = [];
    for await (const { Faces } of paginateListFaces({ client }, { CollectionId })) {
      found.push(...(Faces ?? []).map(({ ExternalImageId }) => ExternalImageId as string));
    }
    return found.sort();
  };

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "cameo-index-"));
    album = path.join(folder, "album");
    await mkdir(path.join(album, "party/late"), { recursive: true });
    await mkdir(path.join(album, "church"));
    for (const photo of portraits) await writeFile(path.join(album, photo), portraitOf(photo));
    await writeFile(path.join(album, "zz-broken.jpg"), "no photo");
    await writeFile(
      path.join(album, "zz-no-one.jpg"),
      drawPhoto({ width: 200, height: 200, faces: [] }).bytes,
    );
    await writeFile(path.join(album, "notes.txt"), "no photo either");
    await writeFile(path.join(album, "._0.jpg"), "nor this");
    await startService();
    client = new RekognitionClient({
      endpoint: service.endpoint,
      region: "us-east-1",
      credentials: developmentCredential,
    });
  });
  afterAll(async () => {
    await service.stop("SIGKILL");
    await rm(folder, { recursive: true, force: true });
  });

  test("killed in the middle, it goes on where it was, and tells what was refused", async () => {
    const first = index("killed");
    await waitUntil(first, async () => (await linesOf("killed")).length > 10);
    first.kill("SIGKILL");
    expect((await first.ended).exitCode).toBeNull();

    const { exitCode, stdout, stderr } = await index("killed").ended;
    expect(stdout).toContain("zz-broken.jpg: InvalidImageFormatException: Request has invalid image format");
    expect(stderr).toMatch(/^42 of 42 photos, [\d.]+ a second; 40 faces, 1 refused$/m);
    expect(exitCode).toBe(1);
    const [, ...entries] = await linesOf("killed");
    expect(new Set(entries.map((line) => JSON.parse(line).path)).size).toBe(entries.length);
    expect(await facesOf("killed")).toEqual(portraits.map((photo) => path.basename(photo)).sort());
    expect(JSON.parse(await readFile(reportOf("killed"), "utf8"))).toEqual({
      collection: "killed",
      album,
      photos: 42,
      indexedPhotos: 41,
      faces: 40,
      unindexedFaces: 0,
      photosWithoutFaces: ["zz-no-one.jpg"],
      shrunkPhotos: [],
      refusedPhotos: [
        {
          path: "zz-broken.jpg",
          name: "InvalidImageFormatException",
          message: "Request has invalid image format",
        },
      ],
      remainingPhotos: 0,
      otherFiles: 2,
    });

    const [photo = ""] = portraits;
    const { FaceMatches } = await client.send(
      new SearchFacesByImageCommand({ CollectionId: "killed", Image: { Bytes: portraitOf(photo) } }),
    );
    expect(FaceMatches?.map(({ Face }) => Face?.ExternalImageId)).toEqual([path.basename(photo)]);
  });

  test("sends a refused photo again when it is told to, or when the file is another one", async () => {
    expect((await index("refused").ended).exitCode).toBe(1);
    const lines = (await linesOf("refused")).length;
    expect((await index("refused").ended).exitCode).toBe(1);
    expect(await linesOf("refused")).toHaveLength(lines);
    expect((await index("refused", "--retry").ended).exitCode).toBe(1);
    expect(await linesOf("refused")).toHaveLength(lines + 1);
    await writeFile(path.join(album, "zz-broken.jpg"), portraitOf("mended"));
    expect((await index("refused").ended).exitCode).toBe(0);
    expect(await linesOf("refused")).toHaveLength(lines + 2);
    await writeFile(path.join(album, "zz-broken.jpg"), "no photo");
  });

  test("waits while the service is restarted", async () => {
    const run = index("restarted");
    await waitUntil(run, async () => (await linesOf("restarted")).length > 5);
    const { port } = new URL(service.endpoint);
    await service.stop("SIGKILL");
    await waitUntil(run, () => run.output.stderr.includes("waiting: ECONNREFUSED"));
    await startService(port);
    expect((await run.ended).exitCode).toBe(1);
    expect(await facesOf("restarted")).toEqual(portraits.map((photo) => path.basename(photo)).sort());
  });

  test("stops on Ctrl-C, and goes on later, with paths for names", async () => {
    const first = index("stopped", "--external-id", "path");
    await waitUntil(first, async () => (await linesOf("stopped")).length > 5);
    first.kill("SIGINT");
    const stopped = await first.ended;
    expect(stopped.stdout).toMatch(/photos still to be done: the same command goes on from here/);
    expect(stopped.exitCode).toBe(130);
    expect((await index("stopped", "--external-id", "path").ended).exitCode).toBe(1);
    expect(await facesOf("stopped")).toEqual(portraits.map((photo) => photo.replaceAll("/", ":")).sort());
  });

  test("refuses a state of other settings, and a collection that there is not", async () => {
    const other = await index("stopped", "--max-faces", "1").ended;
    expect(other.stderr).toMatch(/is of another run/);
    expect(other.exitCode).toBe(3);
    const missing = await startCameo(
      ["index", album, "--collection", "none", "--endpoint", service.endpoint],
      {
        CAMEO_MODELS_DIR: path.join(folder, "models"),
      },
    ).ended;
    expect(missing.stderr).toMatch(/There is no collection none; --create creates it/);
    expect(missing.exitCode).toBe(3);
    await expect(client.send(new DescribeCollectionCommand({ CollectionId: "none" }))).rejects.toMatchObject({
      name: "ResourceNotFoundException",
    });
  });

  test("tells wrong words from others by its exit code", async () => {
    const env = { CAMEO_MODELS_DIR: path.join(folder, "models") };
    expect((await startCameo(["index", album], env).ended).exitCode).toBe(2);
    expect((await startCameo(["index", album, "--colection", "x"], env).ended).exitCode).toBe(2);
    expect((await startCameo(["idnex"], env).ended).exitCode).toBe(2);
    const help = await startCameo(["index", "--help"], env).ended;
    expect(help.stdout).toMatch(/^cameo index FOLDER/);
    expect(help.exitCode).toBe(0);
  });
});

function portraitOf(identity: string): Uint8Array {
  return drawPhoto({ width: 240, height: 240, faces: [{ identity, x: 120, y: 120, size: 100 }] }).bytes;
}
