import { describe, expect, test } from "@jest/globals";
import { like } from "../../../test/support/fakes/fakeFaces.ts";
import { countedBy, FakeServices, refusal, tryAgain } from "../../../test/support/fakes/fakeServices.ts";
import { requireCollection } from "./collections.ts";
import { findMatches, findUserMatches, type SimilaritySearch } from "./matching.ts";

/** Searches the album for `like(1)`, unless `changes` says otherwise. */
function setUp() {
  const world = new FakeServices();
  world.addCollection("album");
  const everyone: SimilaritySearch = { embedding: like(1), threshold: 0, limit: 100 };
  const { services } = world;
  const album = () => requireCollection(services.collections, "album");
  return {
    world,
    album,
    faces: async (changes: Partial<SimilaritySearch> = {}) =>
      findMatches(services, await album(), { ...everyone, ...changes }),
    users: async (changes: Partial<SimilaritySearch> = {}) =>
      findUserMatches(services, await album(), { ...everyone, ...changes }),
  };
}

describe("faces that match", () => {
  test("come with their similarity by the collection's own pack, the most similar first", async () => {
    const { world, faces } = setUp();
    const [far = "", near = ""] = world.addFaces("album", 0.5, 0.875);
    expect(await faces()).toEqual([
      { Similarity: 87.5, Face: expect.objectContaining({ FaceId: near, IndexFacesModelVersion: "101.0" }) },
      { Similarity: 50, Face: expect.objectContaining({ FaceId: far, IndexFacesModelVersion: "101.0" }) },
    ]);
  });

  test("reach the threshold, itself included", async () => {
    const { world, faces } = setUp();
    world.addFaces("album", 0.75, 0.5);
    expect(await faces({ threshold: 75 })).toMatchObject([{ Similarity: 75 }]);
    expect(await faces({ threshold: 75.1 })).toEqual([]);
  });

  test("are the most similar ones, as many as the limit, with the searched one left out", async () => {
    const { world, faces } = setUp();
    const [self = "", second = "", third = ""] = world.addFaces("album", 1, 0.875, 0.75);
    const idsOf = async (changes: Partial<SimilaritySearch>) =>
      (await faces(changes)).map(({ Face }) => Face?.FaceId);
    expect(await idsOf({ limit: 2 })).toEqual([self, second]);
    expect(await idsOf({ limit: 2, except: self })).toEqual([second, third]);
    expect(await idsOf({ limit: 1, except: third })).toEqual([self]);
  });

  test("are counted", async () => {
    const { world, faces } = setUp();
    world.addFaces("album", 1, 0.875, 0.5);
    expect(await countedBy(() => faces({ threshold: 75 }))).toEqual({ matched: 2 });
  });

  test("are no matches any more when they are deleted meanwhile", async () => {
    const { world, faces } = setUp();
    const [gone = "", left = ""] = world.addFaces("album", 1, 0.875);
    world.meanwhile("searched", () => world.held("album")?.faces.delete(gone));
    expect(
      await countedBy(async () => {
        expect((await faces()).map(({ Face }) => Face?.FaceId)).toEqual([left]);
        return {};
      }),
    ).toEqual({ matched: 1 });
  });

  test("are none when the collection is deleted meanwhile", async () => {
    const { world, faces } = setUp();
    world.addFaces("album", 1);
    world.deleteMeanwhile("searched", "album");
    expect(await faces()).toEqual([]);
  });

  test("are to be asked for again when the collection moves to another pack", async () => {
    const { world, album } = setUp();
    world.addFaces("album", 1);
    const search = { embedding: like(1), threshold: 0, limit: 100 };
    const collection = await album();
    world.moveMeanwhile("searched", "album");
    expect(await refusal(findMatches(world.services, collection, search))).toBe(tryAgain);
  });
});

describe("users who match", () => {
  test("come with their similarity by the collection's own pack, the most similar first", async () => {
    const { world, users } = setUp();
    world.addUser("album", "ada", 0.5);
    world.addUser("album", "grace", 0.875);
    world.addUser("album", "without faces");
    expect(await users()).toEqual([
      { Similarity: 87.5, User: { UserId: "grace", UserStatus: "ACTIVE" } },
      { Similarity: 50, User: { UserId: "ada", UserStatus: "ACTIVE" } },
    ]);
  });

  test("reach the threshold, itself included", async () => {
    const { world, users } = setUp();
    world.addUser("album", "ada", 0.75);
    world.addUser("album", "grace", 0.5);
    expect(await users({ threshold: 75 })).toMatchObject([{ Similarity: 75 }]);
    expect(await users({ threshold: 75.1 })).toEqual([]);
  });

  test("are the most similar ones, as many as the limit, with the searched one left out", async () => {
    const { world, users } = setUp();
    for (const [index, userId] of ["a", "b", "c"].entries()) world.addUser("album", userId, 1 - index / 8);
    const idsOf = async (changes: Partial<SimilaritySearch>) =>
      (await users(changes)).map(({ User }) => User?.UserId);
    expect(await idsOf({ limit: 2 })).toEqual(["a", "b"]);
    expect(await idsOf({ limit: 2, except: "a" })).toEqual(["b", "c"]);
    expect(await idsOf({ limit: 1, except: "c" })).toEqual(["a"]);
  });

  test("are counted", async () => {
    const { world, users } = setUp();
    world.addUser("album", "ada", 1);
    world.addUser("album", "grace", 0.5);
    expect(await countedBy(() => users({ threshold: 75 }))).toEqual({ matched: 1 });
  });

  test("are to be asked for again when the collection moves to another pack", async () => {
    const { world, album } = setUp();
    world.addUser("album", "ada", 1);
    const search = { embedding: like(1), threshold: 0, limit: 100 };
    const collection = await album();
    world.moveMeanwhile("searched", "album");
    expect(await refusal(findUserMatches(world.services, collection, search))).toBe(tryAgain);
  });
});
