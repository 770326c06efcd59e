import { randomUUID } from "node:crypto";
import { accessSync, constants } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { eq, type SQL, sql } from "drizzle-orm";
import { makeCollection } from "../../test/support/collections.ts";
import { filesHolding, type Needles } from "../../test/support/filesHolding.ts";
import { vectors } from "../../test/support/vectors.ts";
import { type Collection, CollectionStore } from "./collectionStore.ts";
import { openDatabase } from "./database.ts";
import { clearAfterRemovals, rewriteTables } from "./erasure.ts";
import { FaceStore } from "./faceStore.ts";
import { ReindexStore } from "./reindexStore.ts";
import { collections as collectionsTable } from "./schema.ts";
import type { Database } from "./sql.ts";
import { UserStore } from "./userStore.ts";

/** A database whose files can be looked at. */
interface OpenFiles {
  readonly database: Database;
  /** Of its files, but for a server's write-ahead log: that is its operator's. */
  readonly folder: string;
  /** Clears what was deleted. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

async function openEmbedded(): Promise<OpenFiles> {
  const folder = await mkdtemp(path.join(tmpdir(), "cameo-erasure-"));
  const database = await openDatabase({ folder }, () => undefined);
  return {
    database,
    folder,
    clear: () => database.clear(),
    close: async () => {
      await database.close();
      await rm(folder, { recursive: true });
    },
  };
}

async function openServer(url: string): Promise<OpenFiles | undefined> {
  const database = await openDatabase({ url }, () => undefined);
  const { rows } = (await database.sql.execute(sql`show data_directory`)) as unknown as {
    rows: { data_directory: string }[];
  };
  const folder = path.join(rows[0]?.data_directory as string, "base");
  try {
    accessSync(folder, constants.R_OK);
  } catch {
    await database.close();
    return undefined;
  }
  return {
    database,
    folder,
    clear: async () => {
      await rewriteTables(database.sql);
      await database.sql.execute(sql`checkpoint`);
    },
    close: () => database.close(),
  };
}

const url = process.env.TEST_DATABASE_URL;
const databases = [
  { name: "PGlite", open: openEmbedded },
  ...(url === undefined ? [] : [{ name: "PostgreSQL", open: () => openServer(url) }]),
];

describe.each(databases)("the files of $name", ({ name, open }) => {
  let files: OpenFiles | undefined;

  beforeAll(async () => {
    files = await open();
    if (files === undefined)
      console.info(`The files of ${name} are not looked at: they cannot be read here.`);
  });
  afterAll(() => files?.close());

  /** A collection with a person of each kind, and what would be found of them. */
  async function fill(opened: Database) {
    const { sql: database } = opened;
    const collection = await makeCollection(new CollectionStore(database));
    const [faces, users, reindex] = [
      new FaceStore(database),
      new UserStore(database),
      new ReindexStore(database),
    ];
    const [first, second, third, fourth] = vectors(4, Math.floor(Math.random() * 1e6)) as [
      Float32Array,
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    const add = async (embedding: Float32Array) => {
      const externalImageId = `photo-${randomUUID()}`;
      const [faceId] = await faces.add(collection, { imageId: randomUUID(), externalImageId }, [
        {
          faceId: randomUUID(),
          box: { left: 0, top: 0, width: 0.5, height: 0.5 },
          confidence: 99,
          embedding,
        },
      ]);
      return { faceId: faceId as string, externalImageId };
    };
    const [alone, owned, staged] = [await add(first), await add(second), await add(third)];
    const userId = `user-${randomUUID()}`;
    const target = { name: "other", faceModelVersion: "2.0" };
    await users.create(collection.id, userId);
    const request = { operation: "AssociateFaces", token: randomUUID(), parameters: {} };
    const association = { userId, faceIds: [owned.faceId], minimumCosine: 0, limit: 100 };
    await users.associate(collection, association, request);
    await reindex.stage(collection, target, [{ faceId: staged.faceId, embedding: fourth }]);
    const embeddingOf = ({ faceId }: { readonly faceId: string }) =>
      bytesOf(opened, sql`select embedding from faces where face_id = ${faceId}`);
    const needles: Needles = {
      "embedding of a face": await embeddingOf(alone),
      "embedding of a user's face": await embeddingOf(owned),
      "embedding of a face that is moved": await embeddingOf(staged),
      "embedding by another pack": await bytesOf(
        opened,
        sql`select embedding from staged_embeddings where face_id = ${staged.faceId}`,
      ),
      "vector of a user": await bytesOf(opened, sql`select embedding from users where user_id = ${userId}`),
      "an ExternalImageId": Buffer.from(alone.externalImageId),
      "a UserId": Buffer.from(userId),
    };
    const faceIds = [alone, owned, staged].map(({ faceId }) => faceId);
    return { collection, needles, userId, faceIds };
  }

  const kindsIn = async ({ folder }: OpenFiles, needles: Needles) =>
    [...new Set((await filesHolding(folder, needles)).map((line) => line.replace(/^.*: /, "")))].sort();

  const deletions = {
    "DeleteUser and DeleteFaces": async (
      { sql: database }: Database,
      { id }: Collection,
      userId: string,
      faceIds: readonly string[],
    ) => {
      await new UserStore(database).delete(id, userId);
      const { deleted } = await new FaceStore(database).delete(id, faceIds);
      expect(deleted.size).toBe(faceIds.length);
    },
    DeleteCollection: async ({ sql: database }: Database, { name }: Collection) => {
      await new CollectionStore(database).delete(name);
    },
  };

  test.each(Object.entries(deletions))("hold nothing of a person after %s", async (_, deleteAll) => {
    if (files === undefined) return;
    const { database } = files;
    const { collection, needles, userId, faceIds } = await fill(database);
    await database.sql.execute(sql`checkpoint`);
    expect(await kindsIn(files, needles)).toEqual(Object.keys(needles).sort());

    await deleteAll(database, collection, userId, faceIds);
    await database.sql.execute(sql`checkpoint`);
    // Deleted rows lie in the files until they are cleared: what the test looks for can be found.
    expect(await kindsIn(files, needles)).toEqual(Object.keys(needles).sort());

    // A transaction of another test may still see what was deleted.
    for (let round = 0; round < 20; round++) {
      await files.clear();
      if ((await filesHolding(files.folder, needles)).length === 0) break;
    }
    expect(await filesHolding(files.folder, needles)).toEqual([]);
    await database.sql.delete(collectionsTable).where(eq(collectionsTable.id, collection.id));
  });
});

test("the files are cleared after removals, and only then", async () => {
  const { database, close } = await openEmbedded();
  const collections = new CollectionStore(database.sql);
  const faces = new FaceStore(database.sql);
  const clear = jest.fn(async () => undefined);
  const look = () => clearAfterRemovals({ sql: database.sql, clear });
  await look();
  await look();
  expect(clear).toHaveBeenCalledTimes(1);

  const collection = await makeCollection(collections);
  const [embedding] = vectors(1) as [Float32Array];
  const box = { left: 0, top: 0, width: 1, height: 1 };
  const faceId = randomUUID();
  await faces.add(collection, { imageId: randomUUID(), externalImageId: null }, [
    { faceId, box, confidence: 99, embedding },
  ]);
  await look();
  clear.mockClear();
  await faces.delete(collection.id, [faceId]);
  clear.mockRejectedValueOnce(new Error("No room"));
  await expect(look()).rejects.toThrow("No room");
  await look();
  await look();
  expect(clear).toHaveBeenCalledTimes(2);

  await collections.delete(collection.name);
  await look();
  expect(clear).toHaveBeenCalledTimes(3);
  await close();
});

/** A vector of 16-bit floats as the database's files have it: little-endian, without its header. */
async function bytesOf({ sql: database }: Database, vector: SQL): Promise<Buffer> {
  const { rows } = (await database.execute(
    sql`select encode(halfvec_send((${vector})), 'hex') as sent`,
  )) as unknown as { readonly rows: readonly { readonly sent: string }[] };
  const header = 4;
  return Buffer.from(rows[0]?.sent as string, "hex")
    .subarray(header)
    .swap16();
}
