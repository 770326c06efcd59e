import { expect, test } from "@jest/globals";
import {
  FakeServices,
  faceIdOf,
  noCollection,
  refusal,
  tokenInUse,
  tryAgain,
} from "../../test/support/fakes/fakeServices.ts";
import { associateFaces } from "./associateFaces.ts";

function setUp() {
  const world = new FakeServices();
  world.addCollection("album");
  return { world, associate: world.bind(associateFaces) };
}

test("gives a user without faces any faces, however unlike", async () => {
  const { world, associate } = setUp();
  world.addUser("album", "ada");
  const [first = "", second = ""] = world.addFaces("album", 1, 0);
  const request = { CollectionId: "album", UserId: "ada", UserMatchThreshold: 100 };
  expect(await associate({ ...request, FaceIds: [first, second] })).toEqual({
    AssociatedFaces: [{ FaceId: first }, { FaceId: second }],
    UnsuccessfulFaceAssociations: [],
    UserStatus: "UPDATING",
  });
  expect(world.ownersIn("album")).toEqual({ [first]: "ada", [second]: "ada" });
});

test("gives a user with faces those that are 75 % like them, or what the request says", async () => {
  const { world, associate } = setUp();
  world.addUser("album", "ada", 1);
  const [below = "", at = ""] = world.addFaces("album", 0.7490234375, 0.75);
  const request = { CollectionId: "album", UserId: "ada" };
  expect(await associate({ ...request, FaceIds: [below] })).toEqual({
    AssociatedFaces: [],
    UnsuccessfulFaceAssociations: [
      { FaceId: below, Confidence: 74.90234375, Reasons: ["LOW_MATCH_CONFIDENCE"] },
    ],
    UserStatus: "ACTIVE",
  });
  expect(await associate({ ...request, FaceIds: [at], UserMatchThreshold: 75.5 })).toMatchObject({
    AssociatedFaces: [],
  });
  expect(await associate({ ...request, FaceIds: [at] })).toMatchObject({ AssociatedFaces: [{ FaceId: at }] });
  expect(await associate({ ...request, FaceIds: [below], UserMatchThreshold: 0 })).toMatchObject({
    AssociatedFaces: [{ FaceId: below }],
  });
});

test("tells the faces of other users, with their UserId, and those that are not there", async () => {
  const { world, associate } = setUp();
  world.addUser("album", "ada");
  const [others = ""] = world.addUser("album", "grace", 1);
  const [face = ""] = world.addFaces("album", 1);
  const nowhere = faceIdOf(1);
  const FaceIds = [others, nowhere, face];
  expect(await associate({ CollectionId: "album", UserId: "ada", FaceIds })).toEqual({
    AssociatedFaces: [{ FaceId: face }],
    UnsuccessfulFaceAssociations: [
      { FaceId: others, UserId: "grace", Reasons: ["ASSOCIATED_TO_A_DIFFERENT_USER"] },
      { FaceId: nowhere, Reasons: ["FACE_NOT_FOUND"] },
    ],
    UserStatus: "UPDATING",
  });
  expect(world.ownersIn("album")[others]).toBe("grace");
});

test("passes over faces that are the user's already; the status is then the user's own", async () => {
  const { world, associate } = setUp();
  const FaceIds = world.addUser("album", "ada", 1);
  world.addUser("album", "grace");
  expect(await associate({ CollectionId: "album", UserId: "ada", FaceIds })).toEqual({
    AssociatedFaces: [],
    UnsuccessfulFaceAssociations: [],
    UserStatus: "ACTIVE",
  });
  expect(await associate({ CollectionId: "album", UserId: "grace", FaceIds: [faceIdOf(1)] })).toMatchObject({
    UserStatus: "CREATED",
  });
});

test("takes 100 faces of a user, and of a request with more none at all", async () => {
  const { world, associate } = setUp();
  const theirs = world.addUser("album", "ada", ...Array.from({ length: 99 }, () => 1));
  const [first = "", second = ""] = world.addFaces("album", 1, 1);
  const request = { CollectionId: "album", UserId: "ada" };
  expect(await refusal(associate({ ...request, FaceIds: [first, second] }))).toBe(
    "ServiceQuotaExceededException: The limit of 100 faces per user is exceeded",
  );
  expect(world.ownersIn("album")).toMatchObject({ [first]: null, [second]: null });
  expect(await associate({ ...request, FaceIds: [first, ...theirs] })).toMatchObject({
    AssociatedFaces: [{ FaceId: first }],
  });
});

test("refuses a user who is not there", async () => {
  const { world, associate } = setUp();
  const FaceIds = world.addFaces("album", 1);
  expect(await refusal(associate({ CollectionId: "album", UserId: "ada", FaceIds }))).toBe(
    "ResourceNotFoundException: The user id: ada does not exist",
  );
});

test("refuses a collection that is not there, or is deleted meanwhile", async () => {
  const { world, associate } = setUp();
  const request = { UserId: "ada", FaceIds: [faceIdOf(1)] };
  expect(await refusal(associate({ ...request, CollectionId: "nowhere" }))).toBe(noCollection("nowhere"));
  world.addUser("album", "ada");
  world.deleteMeanwhile("found", "album");
  expect(await refusal(associate({ ...request, CollectionId: "album" }))).toBe(noCollection("album"));
});

test("asks to try again when the collection moves to another pack: the threshold was the old one's", async () => {
  const { world, associate } = setUp();
  world.addUser("album", "ada");
  const [face = ""] = world.addFaces("album", 1);
  world.moveMeanwhile("found", "album");
  expect(await refusal(associate({ CollectionId: "album", UserId: "ada", FaceIds: [face] }))).toBe(tryAgain);
  expect(world.ownersIn("album")).toEqual({ [face]: null });
});

test("answers a ClientRequestToken again as the first time, and refuses it for another threshold", async () => {
  const { world, associate } = setUp();
  world.addUser("album", "ada");
  const FaceIds = world.addFaces("album", 1);
  const request = { CollectionId: "album", UserId: "ada", FaceIds, ClientRequestToken: "token-1" };
  const answer = await associate(request);
  expect(answer.AssociatedFaces).toHaveLength(1);
  expect(await associate(request)).toEqual(answer);
  expect(await refusal(associate({ ...request, UserMatchThreshold: 90 }))).toBe(tokenInUse("token-1"));
});
