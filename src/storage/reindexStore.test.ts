import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { eq } from "drizzle-orm";
import { makeCollection } from "../../test/support/collections.ts";
import { testDatabases } from "../../test/support/databases.ts";
import { CollectionMovedError } from "./collectionLock.ts";
import { type Collection, CollectionStore } from "./collectionStore.ts";
import { FaceStore } from "./faceStore.ts";
import { ReindexStore, type TargetPack, UnstagedFacesError } from "./reindexStore.ts";
import { stagedEmbeddings } from "./schema.ts";
import type { Database } from "./sql.ts";
import { UserStore } from "./userStore.ts";

const target: TargetPack = { name: "other", faceModelVersion: "2.0" };
/** Embeddings of length 1 on an axis: of 4 components by the collection's pack, of 8 by the target. */
const onOld = (axis: number) => Float32Array.from({ length: 4 }, (_, index) => Number(index === axis));
const onNew = (axis: number) => Float32Array.from({ length: 8 }, (_, index) => Number(index === axis));

describe.each(testDatabases)("moving a collection to another pack, on $name", ({ open }) => {
  let database: Database;
  let collections: CollectionStore;
  let faces: FaceStore;
  let users: UserStore;
  let reindex: ReindexStore;
  let collection: Collection;

  beforeAll(async () => {
    database = await open();
    collections = new CollectionStore(database.sql);
    faces = new FaceStore(database.sql);
    users = new UserStore(database.sql);
    reindex = new ReindexStore(database.sql);
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    collection = await makeCollection(collections);
  });

  const reread = async () => (await collections.find(collection.name)) as Collection;
  /** Stores an image with a face for each axis; returns their FaceIds. */
  const store = (imageId: string, externalImageId: string | null, ...axes: number[]) =>
    faces.add(
      collection,
      { imageId, externalImageId },
      axes.map((axis) => ({
        faceId: randomUUID(),
        box: { left: axis, top: 0, width: 0.5, height: 0.5 },
        confidence: 99,
        embedding: onOld(axis),
      })),
    );
  const stage = (...staged: (readonly [faceId: string | undefined, axis: number])[]) =>
    reindex.stage(
      collection,
      target,
      staged.map(([faceId, axis]) => ({ faceId: faceId as string, embedding: onNew(axis) })),
    );

  test("tells which faces are still to be embedded", async () => {
    const [image, other] = ["00000000-0000-3000-8000-000000000001", "00000000-0000-3000-8000-000000000002"];
    const [first, second] = await store(image, "a", 0, 1);
    await store(image, "b", 0);
    await store(other, null, 2);
    await stage([first, 0]);
    expect(await reindex.images(collection.id, target)).toEqual([
      { imageId: image, externalImageId: "a", unstagedFaces: 1 },
      { imageId: image, externalImageId: "b", unstagedFaces: 1 },
      { imageId: other, externalImageId: null, unstagedFaces: 1 },
    ]);
    const left = await reindex.unstagedFaces(collection.id, target, image);
    expect(left.map(({ faceId }) => faceId)).toContain(second);
    expect(left).toHaveLength(2);
    const elsewhere: TargetPack = { name: "third", faceModelVersion: "3.0" };
    expect(await reindex.unstagedFaces(collection.id, elsewhere, image)).toHaveLength(3);
  });

  test("switches faces, users and the collection at once, and keeps their ids", async () => {
    const [first, second, third] = await store(randomUUID(), "a", 0, 1, 2);
    await users.create(collection.id, "ada");
    await users.create(collection.id, "no-one");
    const faceIds = [first as string, second as string];
    await users.associate(collection, { userId: "ada", faceIds, minimumCosine: -1, limit: 100 });
    const { version } = await reread();

    await stage([first, 5], [second, 6]);
    await stage([second, 6], [third, 7]);
    expect(await faces.embeddingOf(collection.id, first as string)).toEqual(onOld(0));
    expect(await reindex.switch(collection, target, false)).toEqual({ switchedFaces: 3, droppedFaces: 0 });

    expect(await reread()).toMatchObject({
      modelPack: "other",
      faceModelVersion: "2.0",
      faceCount: 3,
      version: version + 1,
    });
    expect(await faces.embeddingOf(collection.id, third as string)).toEqual(onNew(7));
    const ada = await users.embeddingOf(collection.id, "ada");
    expect(ada?.[5]).toBeCloseTo(Math.SQRT1_2, 3);
    expect(ada?.[6]).toBeCloseTo(Math.SQRT1_2, 3);
    expect(await users.embeddingOf(collection.id, "no-one")).toBeNull();
    const left = await database.sql.$count(
      stagedEmbeddings,
      eq(stagedEmbeddings.collectionId, collection.id),
    );
    expect(left).toBe(0);
  });

  test("does not switch while a face has no new embedding, unless such faces are dropped", async () => {
    const [first] = await store(randomUUID(), "a", 0);
    const [late] = await store(randomUUID(), "late", 1);
    await users.create(collection.id, "ada");
    const faceIds = [late as string];
    await users.associate(collection, { userId: "ada", faceIds, minimumCosine: -1, limit: 100 });
    await stage([first, 5]);
    await expect(reindex.switch(collection, target, false)).rejects.toMatchObject({
      name: UnstagedFacesError.name,
      count: 1,
    });
    expect(await reread()).toMatchObject({ modelPack: "test", faceCount: 2 });
    expect(await faces.embeddingOf(collection.id, first as string)).toEqual(onOld(0));

    expect(await reindex.switch(collection, target, true)).toEqual({ switchedFaces: 1, droppedFaces: 1 });
    expect(await reread()).toMatchObject({ modelPack: "other", faceCount: 1 });
    expect(await users.embeddingOf(collection.id, "ada")).toBeNull();
  });

  test("takes no embedding of the old pack after the switch, nor compares by its threshold", async () => {
    const [first] = await store(randomUUID(), "a", 0);
    await stage([first, 5]);
    await users.create(collection.id, "ada");
    await reindex.switch(collection, target, false);
    await expect(store(randomUUID(), "b", 1)).rejects.toBeInstanceOf(CollectionMovedError);
    const change = { userId: "ada", faceIds: [first as string], minimumCosine: -1, limit: 100 };
    await expect(users.associate(collection, change)).rejects.toBeInstanceOf(CollectionMovedError);
    await expect(stage([first, 5])).rejects.toBeInstanceOf(CollectionMovedError);
    await expect(reindex.switch(collection, target, false)).rejects.toBeInstanceOf(CollectionMovedError);
    for (const faceIds of [[first as string], []]) {
      await expect(faces.find(collection, faceIds)).rejects.toBeInstanceOf(CollectionMovedError);
    }
    expect([...(await faces.find(await reread(), [first as string])).keys()]).toEqual([first]);
    expect((await users.associate(await reread(), change)).changed).toEqual([first]);
  });

  test("a face that is deleted while the collection moves is gone, and not asked for", async () => {
    const [kept, deleted] = await store(randomUUID(), "a", 0, 1);
    await stage([kept, 5], [deleted, 6]);
    await faces.delete(collection.id, [deleted as string]);
    // Its image was still being analysed.
    await stage([deleted, 6]);
    const ofCollection = eq(stagedEmbeddings.collectionId, collection.id);
    expect(await database.sql.select().from(stagedEmbeddings).where(ofCollection)).toMatchObject([
      { faceId: kept },
    ]);
    expect(await reindex.switch(collection, target, false)).toEqual({ switchedFaces: 1, droppedFaces: 0 });
  });
});
