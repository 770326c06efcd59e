import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { eq, sql } from "drizzle-orm";
import { makeCollection } from "../../test/support/collections.ts";
import { testDatabases } from "../../test/support/databases.ts";
import { dot, unitVector } from "../../test/support/vectors.ts";
import { CollectionGoneError } from "./collectionLock.ts";
import { type Collection, CollectionStore } from "./collectionStore.ts";
import { FaceStore } from "./faceStore.ts";
import { type IdempotentRequest, RequestTokenReusedError } from "./requestTokens.ts";
import { faces as facesTable, requestTokens, users as usersTable } from "./schema.ts";
import type { Database } from "./sql.ts";
import { UserExistsError, UserFullError, UserMissingError, UserStore } from "./userStore.ts";

describe.each(testDatabases)("UserStore on $name", ({ open }) => {
  let database: Database;
  let collections: CollectionStore;
  let faces: FaceStore;
  let users: UserStore;
  let collection: Collection;

  beforeAll(async () => {
    database = await open();
    collections = new CollectionStore(database.sql);
    faces = new FaceStore(database.sql);
    users = new UserStore(database.sql);
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    collection = await makeCollection(collections);
  });

  const reread = async () => (await collections.find(collection.name)) as Collection;
  /** Stores a face for each embedding; returns their FaceIds. */
  const store = (...embeddings: Float32Array[]): Promise<string[]> =>
    faces.add(
      collection,
      { imageId: randomUUID(), externalImageId: null },
      embeddings.map((embedding, index) => ({
        faceId: randomUUID(),
        box: { left: index, top: 0, width: 0.5, height: 0.5 },
        confidence: 99,
        embedding,
      })),
    );
  const associate = (
    userId: string,
    faceIds: readonly string[],
    { minimumCosine = -1, limit = 100 } = {},
    request?: IdempotentRequest,
  ) => users.associate(collection, { userId, faceIds, minimumCosine, limit }, request);
  const listAll = () => users.list(collection.id, { limit: 100, after: undefined });
  const ownersOf = async (faceIds: readonly string[]) => {
    const found = await faces.find(collection, faceIds);
    return faceIds.map((faceId) => found.get(faceId)?.userId);
  };

  test("creates a user once, also when several ask at once, and counts", async () => {
    const asked = await Promise.allSettled([1, 2, 3].map(() => users.create(collection.id, "ada")));
    expect(asked.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const answer of asked) {
      if (answer.status === "rejected") expect(answer.reason).toBeInstanceOf(UserExistsError);
    }
    await users.create(collection.id, "Ada");
    expect(await reread()).toMatchObject({ userCount: 2, version: 0 });
  });

  test("lists users in the byte order of their ids, page by page", async () => {
    for (const userId of ["b", "a:1", "B", "_"]) await users.create(collection.id, userId);
    expect((await listAll()).map(({ userId }) => userId)).toEqual(["B", "_", "a:1", "b"]);
    expect(await users.list(collection.id, { limit: 2, after: "B" })).toEqual([
      { userId: "_", hasFaces: false },
      { userId: "a:1", hasFaces: false },
    ]);
  });

  test("takes the first faces of a user uncompared, and then only what is like them", async () => {
    const near = unitVector(1);
    const [first, like, unlike] = (await store(near, near, unitVector(2))) as [string, string, string];
    await users.create(collection.id, "ada");
    const strict = { minimumCosine: 0.9 };
    expect(await associate("ada", [first], strict)).toEqual({ changed: [first], refused: [], faceCount: 1 });
    const change = await associate("ada", [unlike, like], strict);
    expect(change).toMatchObject({ changed: [like], faceCount: 2 });
    expect(change.refused).toEqual([{ faceId: unlike, reason: "unlike", cosine: expect.any(Number) }]);
    expect((change.refused[0] as { cosine: number }).cosine).toBeCloseTo(dot(unitVector(2), near), 2);
    expect(await ownersOf([first, like, unlike])).toEqual(["ada", "ada", null]);
    expect(await listAll()).toEqual([{ userId: "ada", hasFaces: true }]);
  });

  test("tells what cannot be associated, and passes over what is so already", async () => {
    const [mine, theirs] = (await store(unitVector(1), unitVector(2))) as [string, string];
    const nowhere = randomUUID();
    await users.create(collection.id, "ada");
    await users.create(collection.id, "grace");
    await associate("ada", [mine]);
    await associate("grace", [theirs]);
    const { version } = await reread();
    expect(await associate("ada", [nowhere, mine, theirs, nowhere])).toEqual({
      changed: [],
      refused: [
        { faceId: nowhere, reason: "not-found" },
        { faceId: theirs, reason: "other-user", userId: "grace" },
      ],
      faceCount: 1,
    });
    expect((await reread()).version).toBe(version);
    await expect(associate("nobody", [mine])).rejects.toBeInstanceOf(UserMissingError);
  });

  test("associates all of a request or, above the limit, none", async () => {
    const faceIds = await store(unitVector(1), unitVector(2), unitVector(3));
    await users.create(collection.id, "ada");
    await associate("ada", faceIds.slice(0, 1), { limit: 2 });
    await expect(associate("ada", faceIds, { limit: 2 })).rejects.toBeInstanceOf(UserFullError);
    expect(await ownersOf(faceIds)).toEqual(["ada", null, null]);
    expect(await associate("ada", faceIds.slice(0, 2), { limit: 2 })).toMatchObject({ faceCount: 2 });
    expect(await associate("ada", faceIds.slice(0, 2), { limit: 2 })).toMatchObject({ changed: [] });
  });

  test("requests at once neither exceed the limit nor give a face two users", async () => {
    const faceIds = await store(...Array.from({ length: 10 }, (_, index) => unitVector(index)));
    await users.create(collection.id, "ada");
    await users.create(collection.id, "grace");
    const answers = await Promise.allSettled(
      faceIds.flatMap((faceId) =>
        ["ada", "grace"].map((userId) => associate(userId, [faceId], { limit: 4 })),
      ),
    );
    const given = answers.flatMap((answer) => (answer.status === "fulfilled" ? answer.value.changed : []));
    expect(given).toHaveLength(8);
    expect(new Set(given).size).toBe(8);
    const owners = await ownersOf(faceIds);
    expect([...owners].sort().slice(0, 8)).toEqual([...Array(4).fill("ada"), ...Array(4).fill("grace")]);
  });

  test("takes faces from a user, down to none", async () => {
    const [first, second, theirs] = (await store(unitVector(1), unitVector(2), unitVector(3))) as [
      string,
      string,
      string,
    ];
    await users.create(collection.id, "ada");
    await users.create(collection.id, "grace");
    await associate("ada", [first, second]);
    await associate("grace", [theirs]);
    const { version } = await reread();
    const nowhere = randomUUID();
    const take = (...faceIds: string[]) => users.disassociate(collection.id, { userId: "ada", faceIds });
    expect(await take(first, theirs, nowhere)).toEqual({
      changed: [first],
      refused: [
        { faceId: theirs, reason: "other-user", userId: "grace" },
        { faceId: nowhere, reason: "not-found" },
      ],
      faceCount: 1,
    });
    expect(await take(first)).toEqual({ changed: [], refused: [], faceCount: 1 });
    const left = (await users.embeddingOf(collection.id, "ada")) as Float32Array;
    expect(dot(left, unitVector(2))).toBeCloseTo(1, 2);
    expect(await take(second)).toEqual({ changed: [second], refused: [], faceCount: 0 });
    expect(await users.embeddingOf(collection.id, "ada")).toBeNull();
    expect((await reread()).version).toBe(version + 2);
  });

  test("a user's vector has length 1 and is unknown for a user whom there is not", async () => {
    const faceIds = await store(unitVector(1), unitVector(2), unitVector(3));
    await users.create(collection.id, "ada");
    await associate("ada", faceIds);
    const vector = (await users.embeddingOf(collection.id, "ada")) as Float32Array;
    expect(dot(vector, vector)).toBeCloseTo(1, 2);
    expect(await users.embeddingOf(collection.id, "grace")).toBeUndefined();
  });

  test("deleting a user leaves the faces, as no one's", async () => {
    const faceIds = await store(unitVector(1), unitVector(2));
    await users.create(collection.id, "ada");
    await associate("ada", faceIds);
    const { version } = await reread();
    await users.delete(collection.id, "ada");
    expect(await ownersOf(faceIds)).toEqual([null, null]);
    expect(await reread()).toMatchObject({ userCount: 0, faceCount: 2, version: version + 1 });
    await expect(users.delete(collection.id, "ada")).rejects.toBeInstanceOf(UserMissingError);
  });

  test("faces of a user are listed by user, and not deleted", async () => {
    const [mine, free] = (await store(unitVector(1), unitVector(2))) as [string, string];
    await users.create(collection.id, "ada");
    await associate("ada", [mine]);
    const listed = await faces.list(collection.id, {
      limit: 10,
      after: undefined,
      faceIds: undefined,
      userId: "ada",
    });
    expect(listed.map(({ faceId, userId }) => [faceId, userId])).toEqual([[mine, "ada"]]);
    expect(await faces.delete(collection.id, [mine, free])).toEqual({
      deleted: new Set([free]),
      usersOfKept: new Map([[mine, "ada"]]),
    });
    expect(await reread()).toMatchObject({ faceCount: 1 });
  });

  test("associating and deleting a face at once ends one way or the other", async () => {
    await users.create(collection.id, "ada");
    for (let round = 0; round < 10; round++) {
      const [faceId] = (await store(unitVector(round))) as [string];
      const [change, deletion] = await Promise.all([
        associate("ada", [faceId]),
        faces.delete(collection.id, [faceId]),
      ]);
      expect(change.changed.length + deletion.deleted.size).toBe(1);
    }
  });

  test("a deleted collection takes its users along, and nothing is done in it any more", async () => {
    const faceIds = await store(unitVector(1));
    await users.create(collection.id, "ada", request("CreateUser", "t", {}));
    await associate("ada", faceIds);
    expect(await collections.delete(collection.name)).toBeDefined();
    for (const table of [facesTable, usersTable, requestTokens]) {
      expect(await database.sql.$count(table, eq(table.collectionId, collection.id))).toBe(0);
    }
    await expect(users.create(collection.id, "ada")).rejects.toBeInstanceOf(CollectionGoneError);
    await expect(associate("ada", faceIds)).rejects.toBeInstanceOf(CollectionGoneError);
  });

  describe("a request with a token", () => {
    const create = (userId: string, token: string, parameters: object = { userId }) =>
      users.create(collection.id, userId, request("CreateUser", token, parameters));

    test("is done once, however often it comes, in a row or at once", async () => {
      await create("ada", "one");
      await create("ada", "one");
      await Promise.all(Array.from({ length: 10 }, () => create("grace", "two")));
      expect(await reread()).toMatchObject({ userCount: 2 });
    });

    test("comes to the same again, whatever happened since", async () => {
      const [faceId, other] = (await store(unitVector(1), unitVector(2))) as [string, string];
      await users.create(collection.id, "ada");
      const ask = () =>
        associate("ada", [faceId, randomUUID()], {}, request("AssociateFaces", "one", { faceId }));
      const once = await ask();
      await associate("ada", [other]);
      expect(await ask()).toEqual(once);
      await users.delete(collection.id, "ada");
      expect(await ask()).toEqual(once);
    });

    test("is refused when it says something else the second time", async () => {
      await create("ada", "one", { userId: "ada", more: 1 });
      await create("ada", "one", { more: 1, userId: "ada" });
      await expect(create("grace", "one")).rejects.toBeInstanceOf(RequestTokenReusedError);
      expect(await reread()).toMatchObject({ userCount: 1 });
    });

    test("is another request in another operation or collection", async () => {
      await create("ada", "one");
      await users.delete(collection.id, "ada", request("DeleteUser", "one", { userId: "ada" }));
      collection = await makeCollection(collections);
      await create("grace", "one");
      expect((await listAll()).map(({ userId }) => userId)).toEqual(["grace"]);
    });

    test("is not remembered when it failed", async () => {
      await users.create(collection.id, "ada");
      await expect(create("ada", "one")).rejects.toBeInstanceOf(UserExistsError);
      await users.delete(collection.id, "ada");
      await create("ada", "one");
      expect(await reread()).toMatchObject({ userCount: 1 });
    });

    test("is remembered for a day, and then forgotten for good", async () => {
      await create("ada", "one");
      const age = (interval: string) =>
        database.sql
          .update(requestTokens)
          .set({ createdAt: sql`now() - ${interval}::interval` })
          .where(eq(requestTokens.collectionId, collection.id));
      await age("23 hours 59 minutes");
      await create("ada", "one");
      await age("24 hours 1 minute");
      await expect(create("ada", "one")).rejects.toBeInstanceOf(UserExistsError);
      await create("grace", "two");
      const left = await database.sql
        .select({ token: requestTokens.token })
        .from(requestTokens)
        .where(eq(requestTokens.collectionId, collection.id));
      expect(left).toEqual([{ token: "two" }]);
    });
  });
});

function request(operation: string, token: string, parameters: object): IdempotentRequest {
  return { operation, token, parameters };
}
