import { expect, test } from "@jest/globals";
import {
  countedBy,
  FakeServices,
  faceIdOf,
  noCollection,
  refusal,
} from "../../test/support/fakes/fakeServices.ts";
import { deleteFaces } from "./deleteFaces.ts";

function setUp() {
  const world = new FakeServices();
  world.addCollection("album");
  return { world, remove: world.bind(deleteFaces) };
}

test("deletes faces, and tells them in the order of the request", async () => {
  const { world, remove } = setUp();
  const [first = "", second = "", third = ""] = world.addFaces("album", 1, 1, 1);
  expect(await remove({ CollectionId: "album", FaceIds: [third, first] })).toEqual({
    DeletedFaces: [third, first],
    UnsuccessfulFaceDeletions: [],
  });
  expect([...(world.held("album")?.faces.keys() ?? [])]).toEqual([second]);
});

test("keeps a user's face, and tells it with the UserId; tells ids that are not there; deletes the rest", async () => {
  const { world, remove } = setUp();
  const [hers = ""] = world.addUser("album", "ada", 1);
  const [face = ""] = world.addFaces("album", 1);
  const nowhere = faceIdOf(1);
  expect(await remove({ CollectionId: "album", FaceIds: [nowhere, hers, face] })).toEqual({
    DeletedFaces: [face],
    UnsuccessfulFaceDeletions: [
      { FaceId: nowhere, Reasons: ["FACE_NOT_FOUND"] },
      { FaceId: hers, UserId: "ada", Reasons: ["ASSOCIATED_TO_AN_EXISTING_USER"] },
    ],
  });
  expect(world.ownersIn("album")).toEqual({ [hers]: "ada" });
});

test("does not know the faces of other collections", async () => {
  const { world, remove } = setUp();
  world.addCollection("other");
  const FaceIds = world.addFaces("other", 1);
  expect(await remove({ CollectionId: "album", FaceIds })).toMatchObject({ DeletedFaces: [] });
  expect(world.held("other")?.faces.size).toBe(1);
});

test("tells an id that is named twice once", async () => {
  const { world, remove } = setUp();
  const [face = ""] = world.addFaces("album", 1);
  const nowhere = faceIdOf(1);
  const answer = await remove({ CollectionId: "album", FaceIds: [face, nowhere, face, nowhere] });
  expect(answer.DeletedFaces).toEqual([face]);
  expect(answer.UnsuccessfulFaceDeletions).toHaveLength(1);
});

test("counts the faces that it deleted", async () => {
  const { world, remove } = setUp();
  const FaceIds = world.addFaces("album", 1, 1);
  const request = { CollectionId: "album", FaceIds: [...FaceIds, faceIdOf(1)] };
  expect(await countedBy(() => remove(request))).toEqual({ deleted: 2 });
});

test("refuses a collection that is not there, or is deleted meanwhile", async () => {
  const { world, remove } = setUp();
  const FaceIds = world.addFaces("album", 1);
  expect(await refusal(remove({ CollectionId: "nowhere", FaceIds }))).toBe(noCollection("nowhere"));
  world.deleteMeanwhile("found", "album");
  expect(await refusal(remove({ CollectionId: "album", FaceIds }))).toBe(noCollection("album"));
});
