import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  CreateCollectionCommand,
  IndexFacesCommand,
  RekognitionClient,
  SearchFacesByImageCommand,
  SearchFacesCommand,
} from "@aws-sdk/client-rekognition";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { eq } from "drizzle-orm";
import { developmentCredential } from "../src/boot/config.ts";
import { openDatabase } from "../src/storage/database.ts";
import { collections } from "../src/storage/schema.ts";
import { drawPhoto } from "./support/drawnFaces/drawPhoto.ts";
import { type ServiceProcess, startServiceProcess } from "./support/serviceProcess.ts";

describe("a collection keeps the model pack that it was created with", () => {
  let folder: string;
  let client: RekognitionClient;
  let service: ServiceProcess | undefined;

  const restart = async (pack: string, acceptedLicences = "") => {
    await service?.stop();
    service = await startServiceProcess({
      models: "drawn-faces",
      env: {
        CAMEO_DATA_DIR: path.join(folder, "data"),
        CAMEO_MODELS_DIR: path.join(folder, "models"),
        CAMEO_MODEL_PACK: pack,
        CAMEO_ACCEPT_MODEL_LICENCES: acceptedLicences,
      },
    });
    client = new RekognitionClient({
      endpoint: service.endpoint,
      region: "us-east-1",
      credentials: developmentCredential,
      maxAttempts: 1,
    });
  };
  const create = (CollectionId: string) => client.send(new CreateCollectionCommand({ CollectionId }));
  const index = async (CollectionId: string, identity: string) => {
    const indexed = await client.send(new IndexFacesCommand({ CollectionId, Image: portrait(identity) }));
    return indexed.FaceRecords?.[0]?.Face?.FaceId as string;
  };
  const searchByImage = (CollectionId: string, identity: string) =>
    client.send(new SearchFacesByImageCommand({ CollectionId, Image: portrait(identity) }));
  const search = (CollectionId: string, FaceId: string) =>
    client.send(new SearchFacesCommand({ CollectionId, FaceId, FaceMatchThreshold: 0 }));

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "cameo-packs-"));
  });
  afterAll(async () => {
    await service?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  test("a pack whose licence is not accepted is refused at start", async () => {
    await expect(restart("drawn-faces-research")).rejects.toThrow(
      /research only.*\n.*CAMEO_ACCEPT_MODEL_LICENCES=drawn-faces-research/,
    );
  });

  test("collections of several packs are served side by side", async () => {
    await restart("drawn-faces");
    await create("large");
    const ada = await index("large", "Ada");

    await restart("drawn-faces-small");
    expect(await create("small")).toMatchObject({ FaceModelVersion: "100.1" });
    const grace = await index("small", "Grace");

    for (const [collection, identity, faceId, version] of [
      ["large", "Ada", ada, "100.0"],
      ["small", "Grace", grace, "100.1"],
    ] as const) {
      const found = await searchByImage(collection, identity);
      expect(found.FaceModelVersion).toBe(version);
      expect(found.FaceMatches?.map(({ Face, Similarity }) => [Face?.FaceId, Similarity])).toEqual([
        [faceId, 100],
      ]);
    }
    const edsger = await index("large", "Edsger");
    expect((await search("large", ada)).FaceMatches?.map(({ Face }) => Face?.FaceId)).toEqual([edsger]);
    expect((await searchByImage("small", "Ada")).FaceMatches).toEqual([]);
  });

  test("a collection whose pack may not be run is searched by face, and says why it takes no image", async () => {
    await restart("drawn-faces-research", "drawn-faces-research");
    await create("research");
    const ada = await index("research", "Ada");
    await index("research", "Grace");

    await restart("drawn-faces");
    const refused = {
      name: "InternalServerError",
      message:
        "The collection was created with the model pack drawn-faces-research, which this server cannot run",
    };
    await expect(searchByImage("research", "Ada")).rejects.toMatchObject(refused);
    await expect(index("research", "Ada")).rejects.toMatchObject(refused);
    expect((await search("research", ada)).FaceMatches).toHaveLength(1);
    const ready = await fetch(new URL("/readyz", service?.endpoint));
    expect(await ready.json()).toMatchObject({ ready: true });
  });

  test("a collection of a pack that is gone says so", async () => {
    await service?.stop();
    const database = await openDatabase({ folder: path.join(folder, "data") }, () => undefined);
    await database.sql.update(collections).set({ modelPack: "gone" }).where(eq(collections.name, "large"));
    await database.close();
    await restart("drawn-faces");
    await expect(searchByImage("large", "Ada")).rejects.toMatchObject({
      name: "InternalServerError",
      message: "The collection was created with the model pack gone, which this server cannot run",
    });
  });
});

function portrait(identity: string): { readonly Bytes: Uint8Array } {
  const { bytes: Bytes } = drawPhoto({
    width: 240,
    height: 240,
    faces: [{ identity, x: 120, y: 120, size: 100 }],
  });
  return { Bytes };
}
