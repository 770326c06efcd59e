import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { type Collection, CollectionStore } from "../../src/storage/collectionStore.ts";
import { FaceStore } from "../../src/storage/faceStore.ts";
import type { Database } from "../../src/storage/sql.ts";
import { UserStore } from "../../src/storage/userStore.ts";
import { makeCollection } from "./collections.ts";
import type { TestDatabase } from "./databases.ts";
import { type Engine, meanDirection, toNewFace } from "./vectorIndexContract.ts";
import { dot, unitVector } from "./vectors.ts";

/** What a server has of its own. */
interface Server {
  readonly database: Database;
  readonly collections: CollectionStore;
  readonly faces: FaceStore;
  readonly users: UserStore;
  readonly index: Engine;
}

/** What a collection is to hold. */
interface Model {
  readonly faces: Map<string, { readonly embedding: Float32Array; owner: string | undefined }>;
  readonly users: Set<string>;
}

const actions = [
  "add",
  "delete",
  "create user",
  "associate",
  "disassociate",
  "delete user",
  "renew",
] as const;

/** One thing that happens. */
interface Step {
  readonly action: (typeof actions)[number];
  /** Which server does it. */
  readonly by: number;
  /** Chooses faces and users among those that there are. */
  readonly choice: number;
}

/**
 * What every vector index must hold to where several servers write to one database and search in it, each by an
 * index of its own: all of them answer alike, and never from the past.
 *
 * @param create makes the index of a server.
 */
export function severalServersContract(
  name: string,
  { name: databaseName, open, join }: TestDatabase,
  create: (database: Database) => Engine,
): void {
  describe(`${name} of two servers on ${databaseName}`, () => {
    let servers: readonly [Server, Server];

    beforeAll(async () => {
      const first = await open();
      const second = await join(first);
      servers = [serverOn(first, create(first)), serverOn(second, create(second))];
    });
    afterAll(async () => {
      const [first, second] = servers;
      for (const { index } of servers) index.close?.();
      await second.database.close();
      await first.database.close();
    });

    const searchAll = async ({ collections, index }: Server, collectionName: string, query: Float32Array) => {
      const collection = (await collections.find(collectionName)) as Collection;
      const request = { embedding: query, minimumCosine: -1, limit: 1000 };
      const faces = await index.search(collection, request);
      const users = await index.searchUsers(collection, request);
      return {
        faces: new Map(faces.map(({ faceId, cosine }) => [faceId, cosine])),
        users: new Map(users.map(({ userId, cosine }) => [userId, cosine])),
        isOrdered: isDescending(faces) && isDescending(users),
      };
    };

    test("each finds at any time what there is, whatever was done by whom", async () => {
      const step: fc.Arbitrary<Step> = fc.record({
        action: fc.constantFrom(...actions, "add", "add", "associate"),
        by: fc.nat({ max: 1 }),
        choice: fc.nat({ max: 1000 }),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
          const collectionName = `test-${randomUUID()}`;
          await makeCollection(servers[0].collections, collectionName);
          const model: Model = { faces: new Map(), users: new Set() };
          for (const [at, step] of steps.entries()) {
            await take(servers[step.by] as Server, collectionName, model, step);
            const query = unitVector(10_000 + at);
            const expected = bruteForce(model, query);
            // Not each server after each step, so that copies fall behind by several.
            for (const server of servers.filter((_, index) => (step.choice >> index) & 1)) {
              const found = await searchAll(server, collectionName, query);
              expectSame(found.faces, expected.faces);
              expectSame(found.users, expected.users);
              expect(found.isOrdered).toBe(true);
            }
          }
        }),
        { numRuns: 12 },
      );
    });

    test("what one has answered the other knows, while many write at once", async () => {
      const [one, other] = servers;
      const collection = await makeCollection(one.collections);
      const image = () => ({ imageId: randomUUID(), externalImageId: null });
      await Promise.all(
        Array.from({ length: 40 }, async (_, task) => {
          const [writer, reader] = task % 2 === 0 ? [one, other] : [other, one];
          const query = unitVector(task);
          const face = toNewFace(query);
          await writer.faces.add(collection, image(), [face, toNewFace(unitVector(1000 + task))]);
          expect([...(await searchAll(reader, collection.name, query)).faces.keys()][0]).toBe(face.faceId);
          if (task % 4 > 1) return;
          await writer.faces.delete(collection.id, [face.faceId]);
          expect((await searchAll(reader, collection.name, query)).faces.has(face.faceId)).toBe(false);
        }),
      );
      for (const server of servers) {
        expect((await searchAll(server, collection.name, unitVector(0))).faces.size).toBe(60);
      }
    });
  });
}

function serverOn(database: Database, index: Engine): Server {
  return {
    database,
    collections: new CollectionStore(database.sql),
    faces: new FaceStore(database.sql),
    users: new UserStore(database.sql),
    index,
  };
}

/** Takes a step, in the model too; one that cannot be taken is passed over. */
async function take(
  { collections, faces, users }: Server,
  collectionName: string,
  model: Model,
  { action, choice }: Step,
): Promise<void> {
  const collection = (await collections.find(collectionName)) as Collection;
  const userId = [...model.users][choice % Math.max(1, model.users.size)];
  const chosen = [...model.faces.keys()].filter((_, index) => (index + choice) % 3 === 0);
  const ofUser = (owner: string | undefined) =>
    chosen.filter((faceId) => model.faces.get(faceId)?.owner === owner);
  if (action === "add") {
    const added = Array.from({ length: 1 + (choice % 4) }, (_, index) =>
      toNewFace(unitVector(choice + index)),
    );
    await faces.add(collection, { imageId: randomUUID(), externalImageId: null }, added);
    for (const { faceId, embedding } of added) model.faces.set(faceId, { embedding, owner: undefined });
  } else if (action === "delete") {
    const { deleted } = await faces.delete(collection.id, chosen);
    expect(deleted).toEqual(new Set(ofUser(undefined)));
    for (const faceId of deleted) model.faces.delete(faceId);
  } else if (action === "renew") {
    await collections.delete(collectionName);
    await makeCollection(collections, collectionName);
    model.faces.clear();
    model.users.clear();
  } else if (action === "create user") {
    const created = `user-${choice}`;
    if (model.users.has(created)) return;
    await users.create(collection.id, created);
    model.users.add(created);
  } else if (userId === undefined) return;
  else if (action === "delete user") {
    await users.delete(collection.id, userId);
    model.users.delete(userId);
    for (const face of model.faces.values()) if (face.owner === userId) face.owner = undefined;
  } else {
    const [before, after] = action === "associate" ? [undefined, userId] : [userId, undefined];
    const faceIds = ofUser(before);
    await (action === "associate"
      ? users.associate(collection, { userId, faceIds, minimumCosine: -1, limit: 1000 })
      : users.disassociate(collection.id, { userId, faceIds }));
    for (const faceId of faceIds)
      model.faces.set(faceId, { embedding: embeddingIn(model, faceId), owner: after });
  }
}

function embeddingIn(model: Model, faceId: string): Float32Array {
  return model.faces.get(faceId)?.embedding as Float32Array;
}

/** The cosine of each face and of each user who has faces, by their ids. */
function bruteForce(model: Model, query: Float32Array) {
  const faces = new Map([...model.faces].map(([faceId, { embedding }]) => [faceId, dot(embedding, query)]));
  const users = new Map<string, number>();
  for (const userId of model.users) {
    const own = [...model.faces.values()].filter(({ owner }) => owner === userId);
    const embeddings = own.map(({ embedding }) => embedding);
    if (embeddings.length > 0) users.set(userId, dot(meanDirection(embeddings), query));
  }
  return { faces, users };
}

/** The same ids, with the same cosines to the precision of 16-bit floats. */
function expectSame(found: ReadonlyMap<string, number>, expected: ReadonlyMap<string, number>): void {
  expect([...found.keys()].sort()).toEqual([...expected.keys()].sort());
  for (const [id, cosine] of found) expect(cosine).toBeCloseTo(expected.get(id) as number, 2);
}

function isDescending(matches: readonly { readonly cosine: number }[]): boolean {
  return matches.every(
    ({ cosine }, index) => index === 0 || cosine <= (matches[index - 1]?.cosine as number),
  );
}
