import { expect, test } from "@jest/globals";
import {
  FakeServices,
  faceIdOf,
  noCollection,
  refusal,
  tryAgain,
} from "../../test/support/fakes/fakeServices.ts";
import { searchUsers } from "./searchUsers.ts";

function setUp() {
  const world = new FakeServices();
  world.addCollection("album");
  return { world, search: world.bind(searchUsers) };
}

test("finds the users who are like a face, from the most similar on, also the one whose face it is", async () => {
  const { world, search } = setUp();
  const [FaceId = ""] = world.addUser("album", "ada", 1);
  world.addUser("album", "grace", 0.875);
  world.addUser("album", "stranger", 0);
  expect(await search({ CollectionId: "album", FaceId })).toEqual({
    UserMatches: [
      { Similarity: 100, User: { UserId: "ada", UserStatus: "ACTIVE" } },
      { Similarity: 87.5, User: { UserId: "grace", UserStatus: "ACTIVE" } },
    ],
    FaceModelVersion: "101.0",
    SearchedFace: { FaceId },
  });
});

test("finds the users who are like a user, without that user", async () => {
  const { world, search } = setUp();
  world.addUser("album", "ada", 1);
  world.addUser("album", "grace", 0.875);
  expect(await search({ CollectionId: "album", UserId: "ada" })).toEqual({
    UserMatches: [{ Similarity: 87.5, User: { UserId: "grace", UserStatus: "ACTIVE" } }],
    FaceModelVersion: "101.0",
    SearchedUser: { UserId: "ada" },
  });
});

test("finds no one who is like a user without faces, and is answered all the same", async () => {
  const { world, search } = setUp();
  world.addUser("album", "ada");
  world.addUser("album", "grace", 1);
  expect(await search({ CollectionId: "album", UserId: "ada", UserMatchThreshold: 0 })).toEqual({
    UserMatches: [],
    FaceModelVersion: "101.0",
    SearchedUser: { UserId: "ada" },
  });
});

test("finds from a similarity of 80 on where the request names none, and from what it names", async () => {
  const { world, search } = setUp();
  const [FaceId = ""] = world.addFaces("album", 1);
  for (const cosine of [0.80078125, 0.7998046875, 0]) world.addUser("album", `at ${cosine}`, cosine);
  const found = async (UserMatchThreshold?: number) =>
    (await search({ CollectionId: "album", FaceId, UserMatchThreshold })).UserMatches?.map(
      ({ User }) => User?.UserId,
    );
  expect(await found()).toEqual(["at 0.80078125"]);
  expect(await found(79)).toEqual(["at 0.80078125", "at 0.7998046875"]);
  expect(await found(0)).toEqual(["at 0.80078125", "at 0.7998046875", "at 0"]);
});

test("finds MaxUsers others, and 500 where the request names no number", async () => {
  const { world, search } = setUp();
  for (let index = 0; index < 502; index++) world.addUser("album", `user-${index}`, 1);
  const request = { CollectionId: "album", UserId: "user-0" };
  expect((await search({ ...request, MaxUsers: 2 })).UserMatches).toHaveLength(2);
  expect((await search(request)).UserMatches).toHaveLength(500);
});

test("refuses a request that names both a face and a user, or neither, before it looks for the collection", async () => {
  const { search } = setUp();
  const refused = "InvalidParameterException: Request has invalid parameters";
  expect(await refusal(search({ CollectionId: "nowhere" }))).toBe(refused);
  expect(await refusal(search({ CollectionId: "nowhere", FaceId: faceIdOf(1), UserId: "ada" }))).toBe(
    refused,
  );
});

test("refuses a collection, a face and a user that are not there", async () => {
  const { world, search } = setUp();
  world.addCollection("other");
  const [FaceId = ""] = world.addUser("other", "ada", 1);
  expect(await refusal(search({ CollectionId: "nowhere", FaceId }))).toBe(noCollection("nowhere"));
  expect(await refusal(search({ CollectionId: "album", FaceId }))).toBe(
    "InvalidParameterException: faceId was not found in the collection.",
  );
  expect(await refusal(search({ CollectionId: "album", UserId: "ada" }))).toBe(
    "ResourceNotFoundException: The user id: ada does not exist",
  );
});

test("asks to try again when the collection moves to another pack meanwhile", async () => {
  const { world, search } = setUp();
  world.addUser("album", "ada", 1);
  world.moveMeanwhile("found", "album");
  expect(await refusal(search({ CollectionId: "album", UserId: "ada" }))).toBe(tryAgain);
});
