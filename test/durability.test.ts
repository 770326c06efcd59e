import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  CreateCollectionCommand,
  IndexFacesCommand,
  paginateListFaces,
  RekognitionClient,
  SearchFacesByImageCommand,
} from "@aws-sdk/client-rekognition";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { developmentCredential } from "../src/boot/config.ts";
import { drawPhoto } from "./support/drawnFaces/drawPhoto.ts";
import { type ServiceProcess, startServiceProcess } from "./support/serviceProcess.ts";

const CollectionId = "durability";

describe("the service on the embedded database", () => {
  let folder: string;
  let service: ServiceProcess | undefined;
  const start = () =>
    startServiceProcess({
      models: "drawn-faces",
      env: { CAMEO_DATA_DIR: path.join(folder, "data"), CAMEO_MODELS_DIR: path.join(folder, "models") },
    });

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "cameo-durability-"));
  });
  afterAll(async () => {
    await service?.stop("SIGKILL");
    await rm(folder, { recursive: true, force: true });
  });

  test("killed in the middle of indexing, it has every face that it answered", async () => {
    service = await start();
    const client = clientOf(service);
    await client.send(new CreateCollectionCommand({ CollectionId }));

    const answered = new Map<string, string>();
    const wasKilled = { yet: false };
    const indexing = Array.from({ length: 4 }, async (_, lane) => {
      for (let take = 0; !wasKilled.yet; take++) {
        const identity = `${lane}.${take}`;
        const { FaceRecords } = await client.send(
          new IndexFacesCommand({
            CollectionId,
            ExternalImageId: identity,
            Image: { Bytes: portraitOf(identity) },
          }),
        );
        for (const { Face } of FaceRecords ?? []) answered.set(Face?.FaceId as string, identity);
      }
    });
    const settled = Promise.allSettled(indexing);
    while (answered.size < 30) await new Promise((resolve) => setTimeout(resolve, 10));
    await service.stop("SIGKILL");
    wasKilled.yet = true;
    await settled;

    service = await start();
    const restarted = clientOf(service);
    const stored = new Map<string, string>();
    for await (const page of paginateListFaces({ client: restarted }, { CollectionId })) {
      for (const face of page.Faces ?? []) stored.set(face.FaceId as string, face.ExternalImageId as string);
    }
    for (const [faceId, identity] of answered) expect(stored.get(faceId)).toBe(identity);

    const [faceId, identity] = [...answered].at(-1) as [string, string];
    const search = await restarted.send(
      new SearchFacesByImageCommand({ CollectionId, Image: { Bytes: portraitOf(identity) }, MaxFaces: 1 }),
    );
    expect(search.FaceMatches?.[0]).toMatchObject({ Similarity: 100, Face: { FaceId: faceId } });
  });

  test("a second process on the same data folder is refused, and the first goes on", async () => {
    service ??= await start();
    await expect(start()).rejects.toThrow(/in use by another Cameo process.*DATABASE_URL/);
    const ready = await fetch(new URL("/readyz", service.endpoint));
    expect(await ready.json()).toEqual({
      ready: true,
      checks: { database: "ok", models: "ok" },
      modelPack: "drawn-faces",
    });
  });
});

function clientOf({ endpoint }: ServiceProcess): RekognitionClient {
  return new RekognitionClient({
    endpoint,
    region: "us-east-1",
    credentials: developmentCredential,
    maxAttempts: 1,
  });
}

function portraitOf(identity: string): Uint8Array {
  return drawPhoto({ width: 240, height: 240, faces: [{ identity, x: 120, y: 120, size: 100 }] }).bytes;
}
