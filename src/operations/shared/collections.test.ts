import { describe, expect, test } from "@jest/globals";
import { CollectionMovedError } from "../../storage/collectionLock.ts";
import type { Collection } from "../../storage/collectionStore.ts";
import { requireUnmoved, unlessGone, unlessMoved } from "./collections.ts";

const collection: Collection = {
  id: 1,
  name: "album",
  modelPack: "old",
  faceModelVersion: "1.0",
  createdAt: new Date(0),
  tags: {},
  faceCount: 0,
  userCount: 0,
  version: 0,
  removalVersion: 0,
};

/** A store that has the collection, or another of its name, by the time that it is asked. */
const storeWith = (now: Collection | undefined) =>
  ({ find: async () => now }) as unknown as Parameters<typeof unlessMoved>[0];
const throttling = expect.objectContaining({ name: "ThrottlingException" });

describe("a search while its collection moves to another model pack", () => {
  test("goes on when the collection has stayed, or is gone", async () => {
    await requireUnmoved(storeWith(collection), collection);
    await requireUnmoved(storeWith(undefined), collection);
    expect(await unlessMoved(storeWith(collection), collection, Promise.resolve("matches"))).toBe("matches");
  });

  test("asks to try again, whatever came of the comparison", async () => {
    const moved = storeWith({ ...collection, modelPack: "new" });
    await expect(requireUnmoved(moved, collection)).rejects.toEqual(throttling);
    const told = Promise.reject(new CollectionMovedError());
    await expect(unlessMoved(storeWith(collection), collection, told)).rejects.toEqual(throttling);
    const failed = Promise.reject(new Error("different halfvec dimensions 256 and 128"));
    await expect(unlessMoved(moved, collection, failed)).rejects.toEqual(throttling);
  });

  test("fails as the comparison does when the collection has stayed", async () => {
    const failure = new Error("the database is away");
    await expect(unlessMoved(storeWith(collection), collection, Promise.reject(failure))).rejects.toBe(
      failure,
    );
  });
});

test("a change that came too late for the old pack asks to try again", async () => {
  await expect(unlessGone("album", Promise.reject(new CollectionMovedError()))).rejects.toEqual(throttling);
});
