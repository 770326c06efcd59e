import { expect, test } from "@jest/globals";
import { FakeServices, noCollection, refusal, tokenInUse } from "../../test/support/fakes/fakeServices.ts";
import { createUser } from "./createUser.ts";
import { deleteUser } from "./deleteUser.ts";

function setUp() {
  const world = new FakeServices();
  world.addCollection("album");
  return { world, create: world.bind(createUser), remove: world.bind(deleteUser) };
}

test("takes the user away and leaves the faces, associated with no one", async () => {
  const { world, remove } = setUp();
  const [hers = ""] = world.addUser("album", "ada", 1);
  const [others = ""] = world.addUser("album", "grace", 0.5);
  expect(await remove({ CollectionId: "album", UserId: "ada" })).toEqual({});
  expect(world.held("album")?.users).toEqual(new Set(["grace"]));
  expect(world.ownersIn("album")).toEqual({ [hers]: null, [others]: "grace" });
});

test("refuses a user who is not there", async () => {
  const { remove } = setUp();
  expect(await refusal(remove({ CollectionId: "album", UserId: "ada" }))).toBe(
    "ResourceNotFoundException: The user id: ada does not exist",
  );
});

test("refuses a collection that is not there, or is deleted meanwhile", async () => {
  const { world, remove } = setUp();
  expect(await refusal(remove({ CollectionId: "nowhere", UserId: "ada" }))).toBe(noCollection("nowhere"));
  world.addUser("album", "ada");
  world.deleteMeanwhile("found", "album");
  expect(await refusal(remove({ CollectionId: "album", UserId: "ada" }))).toBe(noCollection("album"));
});

test("is done once for a ClientRequestToken, which no other request may bring", async () => {
  const { world, remove } = setUp();
  world.addUser("album", "ada");
  world.addUser("album", "grace");
  const request = { CollectionId: "album", UserId: "ada", ClientRequestToken: "token-1" };
  await remove(request);
  expect(await remove(request)).toEqual({});
  expect(await refusal(remove({ ...request, UserId: "grace" }))).toBe(tokenInUse("token-1"));
  expect(world.held("album")?.users).toEqual(new Set(["grace"]));
});

test("knows its tokens from those of other operations", async () => {
  const { world, create, remove } = setUp();
  world.addUser("album", "ada");
  const request = { CollectionId: "album", UserId: "ada", ClientRequestToken: "token-1" };
  await remove(request);
  await create(request);
  expect(world.held("album")?.users).toEqual(new Set(["ada"]));
});
