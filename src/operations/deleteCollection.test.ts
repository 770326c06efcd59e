import { expect, test } from "@jest/globals";
import { countedBy, FakeServices, noCollection, refusal } from "../../test/support/fakes/fakeServices.ts";
import { deleteCollection } from "./deleteCollection.ts";

function setUp() {
  const world = new FakeServices();
  world.addCollection("album");
  return { world, remove: world.bind(deleteCollection) };
}

test("takes the collection away, also with faces and users, and no other", async () => {
  const { world, remove } = setUp();
  world.addCollection("other");
  world.addUser("album", "ada", 1);
  expect(await remove({ CollectionId: "album" })).toEqual({ StatusCode: 200 });
  expect(world.held("album")).toBeUndefined();
  expect(world.held("other")).toBeDefined();
});

test("counts the faces that went with it", async () => {
  const { world, remove } = setUp();
  world.addFaces("album", 1, 1);
  expect(await countedBy(() => remove({ CollectionId: "album" }))).toEqual({ deleted: 2 });
});

test("refuses a collection that is not there", async () => {
  const { remove } = setUp();
  expect(await refusal(remove({ CollectionId: "nowhere" }))).toBe(noCollection("nowhere"));
});
