import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { sql } from "drizzle-orm";
import { makeCollection } from "../../test/support/collections.ts";
import { testDatabases } from "../../test/support/databases.ts";
import { CollectionGoneError } from "./collectionLock.ts";
import { type Collection, CollectionStore } from "./collectionStore.ts";
import { FaceStore, type NewFace } from "./faceStore.ts";
import { faces as facesTable } from "./schema.ts";
import { sharedSecret } from "./secretStore.ts";
import type { Database } from "./sql.ts";

const embedding = new Float32Array(256).fill(1 / 16);

function newFace(left: number): NewFace {
  return {
    faceId: randomUUID(),
    box: { left, top: 0.1, width: 0.1, height: 0.2 },
    confidence: 98.7654,
    embedding,
  };
}

describe.each(testDatabases)("stores on $name", ({ open }) => {
  let database: Database;
  let collections: CollectionStore;
  let faces: FaceStore;

  beforeAll(async () => {
    database = await open();
    collections = new CollectionStore(database.sql);
    faces = new FaceStore(database.sql);
  });
  afterAll(() => database.close());

  const make = () => makeCollection(collections);
  const reread = async ({ name }: Collection) => (await collections.find(name)) as Collection;

  test("a collection keeps what it was made with", async () => {
    const collection = await make();
    expect(collection).toMatchObject({
      modelPack: "test",
      faceModelVersion: "1.0",
      createdAt: new Date(1_500_000_000_123),
      tags: { purpose: "test" },
      faceCount: 0,
      userCount: 0,
      version: 0,
    });
  });

  test("a name is taken once, also when two ask at once", async () => {
    const name = `stores-${randomUUID()}`;
    const ask = () =>
      collections.create({
        name,
        modelPack: "test",
        faceModelVersion: "1.0",
        createdAt: new Date(),
        tags: {},
      });
    expect((await Promise.all([ask(), ask(), ask()])).sort()).toEqual([false, false, true]);
  });

  test("tags are changed, all or none, also by several at once", async () => {
    const collection = await make();
    const add = (key: string) =>
      collections.changeTags(collection.name, (tags) => ({ ...tags, [key]: key.toUpperCase() }));
    expect(await Promise.all(["a", "b", "c", "__proto__"].map(add))).toEqual([true, true, true, true]);
    const tags = { purpose: "test", a: "A", b: "B", c: "C", ["__proto__"]: "__PROTO__" };
    expect((await reread(collection)).tags).toEqual(tags);
    const refusal = new Error("too many");
    const refuse = collections.changeTags(collection.name, () => {
      throw refusal;
    });
    await expect(refuse).rejects.toBe(refusal);
    expect((await reread(collection)).tags).toEqual(tags);
    expect(await collections.changeTags(`${collection.name}-other`, () => ({}))).toBe(false);
  });

  test("faces are counted and every change moves the version", async () => {
    const collection = await make();
    const image = { imageId: randomUUID(), externalImageId: "a" };
    const [first, second] = await faces.add(collection, image, [newFace(0.1), newFace(0.5)]);
    expect(await reread(collection)).toMatchObject({ faceCount: 2, version: 1, removalVersion: 0 });
    expect(await faces.delete(collection.id, [first as string, randomUUID()])).toEqual({
      deleted: new Set([first]),
      usersOfKept: new Map(),
    });
    expect(await reread(collection)).toMatchObject({ faceCount: 1, version: 2, removalVersion: 2 });
    const left = await faces.list(collection.id, { limit: 10, after: undefined, faceIds: undefined });
    expect(left.map(({ faceId }) => faceId)).toEqual([second]);
  });

  test("an image that is stored again under the same external id keeps its FaceIds", async () => {
    const collection = await make();
    const image = { imageId: randomUUID(), externalImageId: null };
    const once = await faces.add(collection, image, [newFace(0.1), newFace(0.5)]);
    const again = await faces.add(collection, image, [newFace(0.5), newFace(0.1), newFace(0.8)]);
    expect(again.slice(0, 2)).toEqual([once[1], once[0]]);
    expect(await reread(collection)).toMatchObject({ faceCount: 3 });
    await faces.add(collection, { ...image, externalImageId: "other" }, [newFace(0.1)]);
    expect(await reread(collection)).toMatchObject({ faceCount: 4 });
  });

  test("requests that store one image at once leave the faces of one", async () => {
    const collection = await make();
    const image = { imageId: randomUUID(), externalImageId: "race" };
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => faces.add(collection, image, [newFace(0.1), newFace(0.5)])),
    );
    expect(new Set(answers.flat()).size).toBe(2);
    expect(await reread(collection)).toMatchObject({ faceCount: 2 });
  });

  test("nothing is stored for a collection that is gone, and deleting it takes its faces along", async () => {
    const collection = await make();
    const face = newFace(0.1);
    await faces.add(collection, { imageId: randomUUID(), externalImageId: null }, [face]);
    expect((await faces.find(collection, [randomUUID(), face.faceId])).size).toBe(1);
    expect((await faces.find(collection, [])).size).toBe(0);
    expect(await collections.delete(collection.name)).toBe(1);
    expect((await faces.find(collection, [face.faceId])).size).toBe(0);
    expect(await collections.delete(collection.name)).toBeUndefined();
    const count = await database.sql.$count(facesTable, sql`collection_id = ${collection.id}`);
    expect(count).toBe(0);
    await expect(
      faces.add(collection, { imageId: randomUUID(), externalImageId: null }, [newFace(0.1)]),
    ).rejects.toBeInstanceOf(CollectionGoneError);
  });

  test("numbers come back as 32-bit floats, and a vector takes less than 1 KB", async () => {
    const collection = await make();
    const face = newFace(0.123456789);
    await faces.add(collection, { imageId: randomUUID(), externalImageId: null }, [face]);
    const stored = (await faces.find(collection, [face.faceId])).get(face.faceId);
    expect(Math.fround(stored?.box.left as number)).toBe(Math.fround(0.123456789));
    expect(stored?.externalImageId).toBeNull();
    expect(await faces.embeddingOf(collection.id, face.faceId)).toEqual(embedding);
    expect(await faces.embeddingOf(collection.id, randomUUID())).toBeUndefined();
    const [size] = await database.sql
      .select({ bytes: sql<number>`pg_column_size(embedding)` })
      .from(facesTable)
      .where(sql`face_id = ${face.faceId}`);
    expect(size?.bytes).toBeLessThan(1024);
  });

  test("a shared secret is made once", async () => {
    const name = `secret-${randomUUID()}`;
    const [one, two] = await Promise.all([
      sharedSecret(database.sql, name),
      sharedSecret(database.sql, name),
    ]);
    expect(one).toHaveLength(32);
    expect(one).toEqual(two);
    expect(await sharedSecret(database.sql, `${name}-other`)).not.toEqual(one);
  });
});
