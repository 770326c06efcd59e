import { expect, test } from "@jest/globals";
import { FakeServices, noCollection, refusal, tokenInUse } from "../../test/support/fakes/fakeServices.ts";
import { createUser } from "./createUser.ts";
import { deleteUser } from "./deleteUser.ts";

function setUp() {
  const world = new FakeServices();
  world.addCollection("album");
  return { world, create: world.bind(createUser), remove: world.bind(deleteUser) };
}

test("adds a user, who gets none of the faces, and answers nothing", async () => {
  const { world, create } = setUp();
  const [face = ""] = world.addFaces("album", 1);
  expect(await create({ CollectionId: "album", UserId: "ada" })).toEqual({});
  expect(world.held("album")?.users).toEqual(new Set(["ada"]));
  expect(world.ownersIn("album")).toEqual({ [face]: null });
});

test("refuses a UserId that the collection has, not one that only another collection has", async () => {
  const { world, create } = setUp();
  world.addCollection("other");
  world.addUser("album", "ada");
  expect(await refusal(create({ CollectionId: "album", UserId: "ada" }))).toBe(
    "ConflictException: The user id: ada already exists",
  );
  expect(await create({ CollectionId: "other", UserId: "ada" })).toEqual({});
});

test("refuses a collection that is not there, or is deleted meanwhile", async () => {
  const { world, create } = setUp();
  expect(await refusal(create({ CollectionId: "nowhere", UserId: "ada" }))).toBe(noCollection("nowhere"));
  world.deleteMeanwhile("found", "album");
  expect(await refusal(create({ CollectionId: "album", UserId: "ada" }))).toBe(noCollection("album"));
});

test("is done once for a ClientRequestToken, which no other request may bring", async () => {
  const { create } = setUp();
  const request = { CollectionId: "album", UserId: "ada", ClientRequestToken: "token-1" };
  await create(request);
  expect(await create(request)).toEqual({});
  expect(await refusal(create({ ...request, UserId: "grace" }))).toBe(tokenInUse("token-1"));
});

test("knows its tokens from those of other operations", async () => {
  const { world, create, remove } = setUp();
  const request = { CollectionId: "album", UserId: "ada", ClientRequestToken: "token-1" };
  await create(request);
  await remove(request);
  expect(world.held("album")?.users).toEqual(new Set());
});
