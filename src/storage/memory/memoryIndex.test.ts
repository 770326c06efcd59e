import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { sql } from "drizzle-orm";
import { makeCollection } from "../../../test/support/collections.ts";
import { testDatabases } from "../../../test/support/databases.ts";
import { toNewFace } from "../../../test/support/vectorIndexContract.ts";
import { unitVector, vectors } from "../../../test/support/vectors.ts";
import { type Collection, CollectionStore } from "../collectionStore.ts";
import { FaceStore } from "../faceStore.ts";
import { PgvectorIndex } from "../pgvectorIndex.ts";
import type { Database } from "../sql.ts";
import { MemoryIndex } from "./memoryIndex.ts";
import { VectorReader } from "./vectorReader.ts";

type ReadChanges = ReturnType<VectorReader["changes"]>;

describe.each(testDatabases)("copies in memory, on $name", ({ open }) => {
  let database: Database;
  let collections: CollectionStore;
  let faces: FaceStore;
  const indexes: MemoryIndex[] = [];

  beforeAll(async () => {
    database = await open();
    collections = new CollectionStore(database.sql);
    faces = new FaceStore(database.sql);
  });
  afterAll(() => database.close());
  afterEach(() => {
    jest.restoreAllMocks();
    for (const index of indexes.splice(0)) index.close();
  });

  const current = async ({ name }: Collection) => (await collections.find(name)) as Collection;
  const fill = async (count: number) => {
    const collection = await makeCollection(collections);
    await add(collection, vectors(count));
    return collection;
  };
  const add = (collection: Collection, embeddings: readonly Float32Array[]) =>
    faces.add(collection, { imageId: randomUUID(), externalImageId: null }, embeddings.map(toNewFace));
  const indexOf = (memoryLimit: number) => {
    const failures: unknown[] = [];
    const index = new MemoryIndex(database.sql, { memoryLimit, onError: (error) => failures.push(error) });
    indexes.push(index);
    return { index, failures };
  };
  const query = { embedding: unitVector(100), minimumCosine: -1, limit: 5 };
  const searchedInDatabase = () => jest.spyOn(PgvectorIndex.prototype, "search");

  test("read once what many ask for, and later only what has changed", async () => {
    const { index } = indexOf(2 ** 26);
    const collection = await fill(50);
    const changes = jest.spyOn(VectorReader.prototype, "changes");
    const rowsRead = async () => {
      const read = await Promise.all(changes.mock.results.map(({ value }) => value as ReadChanges));
      changes.mockClear();
      return read.map(({ length }) => length);
    };
    const searchTogether = async () => {
      const now = await current(collection);
      return Promise.all([1, 2, 3, 4].map(() => index.search(now, query)));
    };
    const [first, ...others] = await searchTogether();
    expect(others).toEqual([first, first, first]);
    expect(await rowsRead()).toEqual([50]);
    await searchTogether();
    expect(await rowsRead()).toEqual([]);
    const [added] = await add(collection, [query.embedding]);
    expect((await searchTogether())[3]?.map(({ faceId }) => faceId)).toContain(added);
    expect(await rowsRead()).toEqual([1]);
  });

  test("a collection that has no room is searched in the database", async () => {
    const { index } = indexOf(2 ** 19);
    const collection = await current(await fill(20));
    const inDatabase = searchedInDatabase();
    expect(await index.search(collection, query)).toHaveLength(5);
    expect(inDatabase).toHaveBeenCalledTimes(1);
    expect(index.load()).toEqual({
      bytes: 0,
      limit: 2 ** 19,
      copies: { faces: 0, users: 0 },
      searches: { memory: 0, database: 1 },
    });
  });

  test("those that were not searched for the longest time make room", async () => {
    const limit = 1_500_000;
    const { index } = indexOf(limit);
    const [one, other] = [await current(await fill(1200)), await current(await fill(1200))];
    const inDatabase = searchedInDatabase();
    const changes = jest.spyOn(VectorReader.prototype, "changes");
    for (const collection of [one, other, one, one]) {
      expect(await index.search(collection, query)).toHaveLength(5);
      expect(index.load().bytes).toBeLessThanOrEqual(limit);
    }
    // Each copy is read by two queries.
    expect(changes).toHaveBeenCalledTimes(3 * 2);
    expect(inDatabase).not.toHaveBeenCalled();
    expect(index.load()).toMatchObject({
      limit,
      copies: { faces: 1, users: 0 },
      searches: { memory: 4, database: 0 },
    });
  });

  test("what is deleted leaves memory though nobody searches", async () => {
    const { index, failures } = indexOf(2 ** 26);
    const [gone, smaller, untouched] = [await fill(20), await fill(20), await fill(20)];
    for (const collection of [gone, smaller, untouched]) await index.search(await current(collection), query);
    const bytes = index.load().bytes;
    await collections.delete(gone.name);
    const [face] = await index.search(await current(smaller), query);
    await faces.delete(smaller.id, [face?.faceId as string]);
    await index.sweep();
    expect(index.load().bytes).toBe(bytes / 3);
    expect(await index.search(await current(smaller), { ...query, limit: 100 })).toHaveLength(19);
    expect(failures).toEqual([]);
  });

  test("the database answers while a large collection is read", async () => {
    const { index, failures } = indexOf(2 ** 26);
    const collection = await makeCollection(collections);
    const embedding = `[${unitVector(1).join(",")}]`;
    await database.sql.execute(sql`
      insert into faces (collection_id, face_id, image_id, "left", top, width, height, confidence, embedding)
      select ${collection.id}::int, gen_random_uuid(), gen_random_uuid(), 0, 0, 1, 1, 99, ${embedding}::halfvec
      from generate_series(1, 5001)`);
    await database.sql.execute(sql`update collections set face_count = 5001 where id = ${collection.id}`);
    const inDatabase = searchedInDatabase();
    const search = async () => index.search(await current(collection), query);
    const first = await search();
    expect(inDatabase).toHaveBeenCalledTimes(1);
    let last = first;
    for (let calls = 0; inDatabase.mock.calls.length > calls; await sleep(50)) {
      calls = inDatabase.mock.calls.length;
      last = await search();
    }
    expect(last.map(({ faceId }) => faceId)).toEqual(first.map(({ faceId }) => faceId));
    expect(failures).toEqual([]);
  });
});
