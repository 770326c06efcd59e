import { expect, test } from "@jest/globals";
import {
  FakeServices,
  faceIdOf,
  noCollection,
  refusal,
  tokenInUse,
} from "../../test/support/fakes/fakeServices.ts";
import { disassociateFaces } from "./disassociateFaces.ts";

function setUp() {
  const world = new FakeServices();
  world.addCollection("album");
  return { world, disassociate: world.bind(disassociateFaces) };
}

test("takes faces from a user and leaves them in the collection", async () => {
  const { world, disassociate } = setUp();
  const [first = "", second = ""] = world.addUser("album", "ada", 1, 1);
  expect(await disassociate({ CollectionId: "album", UserId: "ada", FaceIds: [first] })).toEqual({
    DisassociatedFaces: [{ FaceId: first }],
    UnsuccessfulFaceDisassociations: [],
    UserStatus: "UPDATING",
  });
  expect(world.ownersIn("album")).toEqual({ [first]: null, [second]: "ada" });
});

test("tells the faces of other users, with their UserId, and those that are not there", async () => {
  const { world, disassociate } = setUp();
  const [hers = ""] = world.addUser("album", "ada", 1);
  const [others = ""] = world.addUser("album", "grace", 1);
  const nowhere = faceIdOf(1);
  const FaceIds = [others, nowhere, hers];
  expect(await disassociate({ CollectionId: "album", UserId: "ada", FaceIds })).toEqual({
    DisassociatedFaces: [{ FaceId: hers }],
    UnsuccessfulFaceDisassociations: [
      { FaceId: others, UserId: "grace", Reasons: ["ASSOCIATED_TO_A_DIFFERENT_USER"] },
      { FaceId: nowhere, Reasons: ["FACE_NOT_FOUND"] },
    ],
    UserStatus: "UPDATING",
  });
  expect(world.ownersIn("album")[others]).toBe("grace");
});

test("passes over faces of no one; the status is then the user's own", async () => {
  const { world, disassociate } = setUp();
  const FaceIds = world.addFaces("album", 1);
  world.addUser("album", "ada", 1);
  world.addUser("album", "grace");
  const nothing = { DisassociatedFaces: [], UnsuccessfulFaceDisassociations: [] };
  expect(await disassociate({ CollectionId: "album", UserId: "ada", FaceIds })).toEqual({
    ...nothing,
    UserStatus: "ACTIVE",
  });
  expect(await disassociate({ CollectionId: "album", UserId: "grace", FaceIds })).toEqual({
    ...nothing,
    UserStatus: "CREATED",
  });
});

test("refuses a user who is not there", async () => {
  const { world, disassociate } = setUp();
  const FaceIds = world.addFaces("album", 1);
  expect(await refusal(disassociate({ CollectionId: "album", UserId: "ada", FaceIds }))).toBe(
    "ResourceNotFoundException: The user id: ada does not exist",
  );
});

test("refuses a collection that is not there, or is deleted meanwhile", async () => {
  const { world, disassociate } = setUp();
  const request = { UserId: "ada", FaceIds: [faceIdOf(1)] };
  expect(await refusal(disassociate({ ...request, CollectionId: "nowhere" }))).toBe(noCollection("nowhere"));
  world.addUser("album", "ada", 1);
  world.deleteMeanwhile("found", "album");
  expect(await refusal(disassociate({ ...request, CollectionId: "album" }))).toBe(noCollection("album"));
});

test("is not refused for a collection that moves to another pack: it compares nothing", async () => {
  const { world, disassociate } = setUp();
  const FaceIds = world.addUser("album", "ada", 1);
  world.moveMeanwhile("found", "album");
  const answer = await disassociate({ CollectionId: "album", UserId: "ada", FaceIds });
  expect(answer.DisassociatedFaces).toHaveLength(1);
});

test("answers a ClientRequestToken again as the first time, and refuses it for other faces", async () => {
  const { world, disassociate } = setUp();
  const [first = "", second = ""] = world.addUser("album", "ada", 1, 1);
  const request = {
    CollectionId: "album",
    UserId: "ada",
    FaceIds: [first],
    ClientRequestToken: "token-1",
  };
  const answer = await disassociate(request);
  expect(answer.DisassociatedFaces).toHaveLength(1);
  expect(await disassociate(request)).toEqual(answer);
  expect(await refusal(disassociate({ ...request, FaceIds: [second] }))).toBe(tokenInUse("token-1"));
  expect(world.ownersIn("album")).toEqual({ [first]: null, [second]: "ada" });
});
