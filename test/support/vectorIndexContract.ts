import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { type Collection, CollectionStore } from "../../src/storage/collectionStore.ts";
import { FaceStore, type NewFace } from "../../src/storage/faceStore.ts";
import type { Database } from "../../src/storage/sql.ts";
import { UserStore } from "../../src/storage/userStore.ts";
import type { VectorIndex } from "../../src/storage/vectorIndex.ts";
import { makeCollection } from "./collections.ts";
import type { TestDatabase } from "./databases.ts";
import { dot, unitVector, vectors } from "./vectors.ts";

/** An index, and what ends the work that it does of itself, if it does any. */
export type Engine = VectorIndex & { close?(): void };

/**
 * What every vector index must hold to, whichever engine it is. Faces are written through the stores, as
 * operations write them, and searched through the index.
 *
 * @param create makes the index over a database.
 */
export function vectorIndexContract(
  name: string,
  { name: databaseName, open }: TestDatabase,
  create: (database: Database) => Engine,
): void {
  describe(`${name} on ${databaseName}`, () => {
    let database: Database;
    let index: Engine;
    let faces: FaceStore;
    let users: UserStore;
    let collections: CollectionStore;

    beforeAll(async () => {
      database = await open();
      index = create(database);
      faces = new FaceStore(database.sql);
      users = new UserStore(database.sql);
      collections = new CollectionStore(database.sql);
    });
    afterAll(async () => {
      index.close?.();
      await database.close();
    });

    const newCollection = (name?: string) => makeCollection(collections, name);
    const current = async (collectionName: string) => (await collections.find(collectionName)) as Collection;
    const add = async (collection: Collection, embeddings: readonly Float32Array[]): Promise<NewFace[]> => {
      const added = embeddings.map((embedding) => toNewFace(embedding));
      await faces.add(collection, { imageId: randomUUID(), externalImageId: null }, added);
      return added;
    };
    const search = async (collection: Collection, embedding: Float32Array, limit = 10, minimumCosine = -1) =>
      index.search(await current(collection.name), { embedding, minimumCosine, limit });

    test("an empty collection has no matches", async () => {
      expect(await search(await newCollection(), unitVector(1))).toEqual([]);
    });

    test("finds what a plain scan finds: nearest first, to the precision of 16-bit floats", async () => {
      const collection = await newCollection();
      const added = await add(collection, vectors(300));
      for (let seed = 1000; seed < 1020; seed++) {
        const query = unitVector(seed);
        const expected = added
          .map(({ faceId, embedding }) => ({ faceId, cosine: dot(embedding, query) }))
          .sort((a, b) => b.cosine - a.cosine);
        const found = await search(collection, query, added.length);
        expect(found).toHaveLength(added.length);
        for (const [rank, { faceId, cosine }] of found.entries()) {
          expect(cosine).toBeCloseTo(dot(embeddingOf(added, faceId), query), 2);
          expect(cosine).toBeCloseTo(expected[rank]?.cosine as number, 2);
        }
        const cosines = found.map(({ cosine }) => cosine);
        expect(cosines).toEqual([...cosines].sort((a, b) => b - a));
      }
    });

    test("returns `limit` matches and none below the least cosine", async () => {
      const collection = await newCollection();
      await add(collection, vectors(100));
      const query = unitVector(7);
      const all = await search(collection, query, 100);
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 1, max: 120 }),
          fc.double({ min: -1, max: 1, noNaN: true }),
          async (limit, least) => {
            const expected = all.filter(({ cosine }) => cosine >= least).slice(0, limit);
            expect(await search(collection, query, limit, least)).toEqual(expected);
          },
        ),
        { numRuns: 30 },
      );
    });

    test("a face finds itself with cosine 1", async () => {
      const collection = await newCollection();
      const [face] = await add(collection, vectors(20));
      const [nearest] = await search(collection, face?.embedding as Float32Array, 1);
      expect(nearest?.faceId).toBe(face?.faceId);
      expect(nearest?.cosine).toBeGreaterThan(0.999);
    });

    test("faces of equal cosine come in the order of their FaceIds", async () => {
      const collection = await newCollection();
      const added = await add(
        collection,
        Array.from({ length: 10 }, () => unitVector(3)),
      );
      const found = await search(collection, unitVector(4));
      expect(found.map(({ faceId }) => faceId)).toEqual(added.map(({ faceId }) => faceId).sort());
    });

    test("never finds the faces of another collection", async () => {
      const [here, there] = [await newCollection(), await newCollection()];
      await add(there, vectors(50));
      const [face] = await add(here, [unitVector(5)]);
      expect((await search(here, unitVector(5))).map(({ faceId }) => faceId)).toEqual([face?.faceId]);
    });

    test("finds a face as soon as it is stored, and no longer once it is deleted", async () => {
      const collection = await newCollection();
      for (const [round, embedding] of vectors(20).entries()) {
        const [face] = (await add(collection, [embedding])) as [NewFace];
        expect((await search(collection, embedding, 1))[0]?.faceId).toBe(face.faceId);
        if (round % 2 === 0) {
          await faces.delete(collection.id, [face.faceId]);
          expect((await search(collection, embedding, 50)).map(({ faceId }) => faceId)).not.toContain(
            face.faceId,
          );
        }
      }
    });

    test("a collection made anew under the name of a deleted one is empty", async () => {
      const collection = await newCollection();
      await add(collection, [unitVector(8)]);
      expect(await search(collection, unitVector(8))).toHaveLength(1);
      await collections.delete(collection.name);
      await newCollection(collection.name);
      expect(await search(collection, unitVector(8))).toEqual([]);
    });

    test("answers while faces are stored, without a wrong or a double match", async () => {
      const collection = await newCollection();
      const known = await add(collection, vectors(30));
      const writing = Promise.all(vectors(30, 500).map((embedding) => add(collection, [embedding])));
      for (let round = 0; round < 20; round++) {
        const found = (await search(collection, unitVector(9), 100)).map(({ faceId }) => faceId);
        expect(new Set(found).size).toBe(found.length);
        expect(found).toEqual(expect.arrayContaining(known.map(({ faceId }) => faceId)));
      }
      await writing;
      expect(await search(collection, unitVector(9), 100)).toHaveLength(60);
    });

    /** A new user with a new face for each embedding. */
    const addUser = async (collection: Collection, userId: string, embeddings: readonly Float32Array[]) => {
      const added = await add(collection, embeddings);
      await users.create(collection.id, userId);
      await associate(collection, userId, added);
      return added;
    };
    const associate = async (collection: Collection, userId: string, added: readonly NewFace[]) => {
      const faceIds = added.map(({ faceId }) => faceId);
      const change = { userId, faceIds, minimumCosine: -1, limit: 100 };
      expect((await users.associate(collection, change)).changed).toHaveLength(added.length);
    };
    const searchUsers = async (
      collection: Collection,
      embedding: Float32Array,
      limit = 10,
      minimumCosine = -1,
    ) => index.searchUsers(await current(collection.name), { embedding, minimumCosine, limit });

    test("users are found by the mean of their faces, nearest first, to the precision of 16-bit floats", async () => {
      const collection = await newCollection();
      const means = new Map<string, Float32Array>();
      for (let user = 0; user < 20; user++) {
        const embeddings = vectors(1 + (user % 5), 100 + 10 * user);
        await addUser(collection, `user-${user}`, embeddings);
        means.set(`user-${user}`, meanDirection(embeddings));
      }
      for (let seed = 1000; seed < 1005; seed++) {
        const query = unitVector(seed);
        const found = await searchUsers(collection, query, 20);
        expect(new Set(found.map(({ userId }) => userId))).toEqual(new Set(means.keys()));
        for (const { userId, cosine } of found) {
          expect(cosine).toBeCloseTo(dot(means.get(userId) as Float32Array, query), 2);
        }
        const cosines = found.map(({ cosine }) => cosine);
        expect(cosines).toEqual([...cosines].sort((a, b) => b - a));
        expect(await searchUsers(collection, query, 7)).toEqual(found.slice(0, 7));
        const least = cosines[4] as number;
        expect(await searchUsers(collection, query, 20, least)).toEqual(found.slice(0, 5));
      }
    });

    test("users of equal cosine come in the byte order of their UserIds", async () => {
      const collection = await newCollection();
      const inOrder = ["-", "A", "B", "a", "b"];
      for (const userId of ["b", "B", "-", "a", "A"]) await addUser(collection, userId, [unitVector(3)]);
      const found = await searchUsers(collection, unitVector(4));
      expect(found.map(({ userId }) => userId)).toEqual(inOrder);
    });

    test("finds a user by the faces of the moment, none without faces, none who is deleted", async () => {
      const collection = await newCollection();
      await users.create(collection.id, "ada");
      expect(await searchUsers(collection, unitVector(1))).toEqual([]);
      const [first, second] = (await add(collection, [unitVector(1), unitVector(2)])) as [NewFace, NewFace];
      const cosineNow = async () => (await searchUsers(collection, unitVector(1)))[0]?.cosine;
      await associate(collection, "ada", [first]);
      expect(await cosineNow()).toBeCloseTo(1, 2);
      await associate(collection, "ada", [second]);
      expect(await cosineNow()).toBeCloseTo(
        dot(meanDirection([first.embedding, second.embedding]), unitVector(1)),
        2,
      );
      await users.disassociate(collection.id, { userId: "ada", faceIds: [first.faceId] });
      expect(await cosineNow()).toBeCloseTo(dot(unitVector(2), unitVector(1)), 2);
      await users.disassociate(collection.id, { userId: "ada", faceIds: [second.faceId] });
      expect(await searchUsers(collection, unitVector(1))).toEqual([]);
      await associate(collection, "ada", [first]);
      await users.delete(collection.id, "ada");
      expect(await searchUsers(collection, unitVector(1))).toEqual([]);
      expect(await search(collection, unitVector(1))).toHaveLength(2);
    });

    test("never finds the users of another collection, nor those of a deleted one of the same name", async () => {
      const [here, there] = [await newCollection(), await newCollection()];
      await addUser(there, "grace", [unitVector(5)]);
      expect(await searchUsers(here, unitVector(5))).toEqual([]);
      await addUser(here, "ada", [unitVector(5)]);
      expect((await searchUsers(here, unitVector(5))).map(({ userId }) => userId)).toEqual(["ada"]);
      await collections.delete(here.name);
      await newCollection(here.name);
      expect(await searchUsers(here, unitVector(5))).toEqual([]);
    });
  });
}

/** A face to be stored, in a place of its own: faces of one image in one place would be taken for the same face. */
export function toNewFace(embedding: Float32Array): NewFace {
  return {
    faceId: randomUUID(),
    box: { left: Math.random() * 1e6, top: Math.random() * 1e6, width: 1, height: 1 },
    confidence: 99,
    embedding,
  };
}

function embeddingOf(faces: readonly NewFace[], faceId: string): Float32Array {
  return faces.find((face) => face.faceId === faceId)?.embedding as Float32Array;
}

/** The direction between all of these: what a user vector is to be. */
export function meanDirection(embeddings: readonly Float32Array[]): Float32Array {
  const sum = (embeddings[0] as Float32Array).map((_, index) =>
    embeddings.reduce((total, embedding) => total + (embedding[index] as number), 0),
  );
  const length = Math.sqrt(dot(sum, sum));
  return sum.map((value) => value / length);
}
