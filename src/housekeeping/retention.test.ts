import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { inArray, sql } from "drizzle-orm";
import { makeCollection } from "../../test/support/collections.ts";
import { testDatabases } from "../../test/support/databases.ts";
import { vectors } from "../../test/support/vectors.ts";
import { type Collection, CollectionStore, type Tags } from "../storage/collectionStore.ts";
import { FaceStore } from "../storage/faceStore.ts";
import { MemoryIndex } from "../storage/memory/memoryIndex.ts";
import { RetentionStore } from "../storage/retentionStore.ts";
import { faces as facesTable } from "../storage/schema.ts";
import type { Database } from "../storage/sql.ts";
import { UserStore } from "../storage/userStore.ts";
import { applyRetention } from "./retention.ts";
import { checkTags, retentionOf, retentionTag } from "./retentionTag.ts";

describe("the tag", () => {
  test.each(["0", "-1", "36501", "1.5", "30 days", "", "01", "Forever"])("is refused with %j", (value) => {
    expect(() => checkTags({ [retentionTag]: value })).toThrow(/whole number of days from 1 to 36500/);
  });

  test("is refused misspelt, and other tags are the caller's own", () => {
    expect(() => checkTags({ "cameo:retention": "30" })).toThrow(/cameo:retention is not known/);
    expect(() => checkTags({ retention: "soon", "retention-days": "x" })).not.toThrow();
  });

  test("goes before the service's default, also to keep faces for good", () => {
    expect(retentionOf({}, undefined)).toBeUndefined();
    expect(retentionOf({}, 90)).toBe(90);
    expect(retentionOf({ [retentionTag]: "36500" }, 90)).toBe(36_500);
    expect(retentionOf({ [retentionTag]: "forever" }, 90)).toBeUndefined();
    expect(() => checkTags({ [retentionTag]: "forever" })).not.toThrow();
  });
});

describe.each(testDatabases)("retention on $name", ({ open, join }) => {
  let database: Database;
  let other: Database;
  let collections: CollectionStore;
  let faces: FaceStore;

  beforeAll(async () => {
    database = await open();
    other = await join(database);
    collections = new CollectionStore(database.sql);
    faces = new FaceStore(database.sql);
  });
  afterAll(async () => {
    await other.close();
    await database.close();
  });

  const reread = async ({ name }: Collection) => (await collections.find(name)) as Collection;

  async function make(tags: Tags): Promise<Collection> {
    const collection = await makeCollection(collections);
    await collections.changeTags(collection.name, () => tags);
    return reread(collection);
  }

  async function add(collection: Collection, embeddings: readonly Float32Array[], days: number) {
    const faceIds = await faces.add(
      collection,
      { imageId: randomUUID(), externalImageId: null },
      embeddings.map((embedding, index) => ({
        faceId: randomUUID(),
        box: { left: index, top: 0, width: 0.5, height: 1 },
        confidence: 99,
        embedding,
      })),
    );
    await database.sql
      .update(facesTable)
      .set({ indexedAt: sql`now() - make_interval(days => ${days})` })
      .where(inArray(facesTable.faceId, faceIds));
    return faceIds;
  }

  /** Applies it to these collections, as a server does. */
  async function apply(server: Database, only: readonly Collection[], defaultDays?: number) {
    const deleted: Record<string, number> = {};
    await applyRetention({
      collections: { list: async (_, after) => only.filter(({ id }) => id > after) },
      retention: new RetentionStore(server.sql),
      defaultDays,
      onDeleted: ({ name }, count) => {
        deleted[name] = count;
      },
    });
    return deleted;
  }

  test("deletes what is older, and nothing else", async () => {
    const tagged = await make({ [retentionTag]: "30" });
    const untagged = await make({});
    const [oldFace, newFace] = vectors(2) as [Float32Array, Float32Array];
    await add(tagged, [oldFace], 31);
    const kept = await add(tagged, [newFace], 29);
    await add(untagged, [oldFace], 1000);

    expect(await apply(database, [tagged, untagged])).toEqual({ [tagged.name]: 1 });
    expect([...(await faces.find(tagged, kept)).keys()]).toEqual(kept);
    expect(await reread(tagged)).toMatchObject({ faceCount: 1 });
    expect(await reread(untagged)).toMatchObject({ faceCount: 1 });

    expect(await apply(database, [tagged, untagged], 999)).toEqual({ [untagged.name]: 1 });
    expect(await reread(untagged)).toMatchObject({ faceCount: 0 });
  });

  test("takes faces from their users: what is left makes the user, who stays", async () => {
    const collection = await make({ [retentionTag]: "1" });
    const users = new UserStore(database.sql);
    const [first, second] = vectors(2, 500) as [Float32Array, Float32Array];
    const [early] = await add(collection, [first], 2);
    const [late] = await add(collection, [second], 0);
    for (const [userId, faceId] of Object.entries({ leaving: early, staying: late })) {
      await users.create(collection.id, userId);
      await users.associate(collection, {
        userId,
        faceIds: [faceId as string],
        minimumCosine: -1,
        limit: 100,
      });
    }
    const index = new MemoryIndex(database.sql, {
      memoryLimit: 2 ** 20,
      onError: (error) => {
        throw error;
      },
    });
    const query = { embedding: first, minimumCosine: 0.9, limit: 10 };
    expect(await index.search(await reread(collection), query)).toHaveLength(1);
    expect(await index.searchUsers(await reread(collection), query)).toHaveLength(1);

    await apply(database, [collection]);

    expect(await index.search(await reread(collection), query)).toEqual([]);
    expect(await index.searchUsers(await reread(collection), query)).toEqual([]);
    expect(await users.list(collection.id, { limit: 10, after: undefined })).toEqual([
      { userId: "leaving", hasFaces: false },
      { userId: "staying", hasFaces: true },
    ]);
    expect(await reread(collection)).toMatchObject({ faceCount: 1, userCount: 2 });
    index.close();
  });

  test("by two servers at once deletes each face once, however many there are", async () => {
    const collection = await make({ [retentionTag]: "1" });
    const count = 2100;
    await add(collection, vectors(count), 2);
    const runs = await Promise.all([database, other].map((server) => apply(server, [collection])));
    const deleted = runs.reduce((sum, run) => sum + (run[collection.name] ?? 0), 0);
    expect(deleted).toBe(count);
    expect(await reread(collection)).toMatchObject({ faceCount: 0 });
  });
});
