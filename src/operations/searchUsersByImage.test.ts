import { expect, test } from "@jest/globals";
import { boxOf, darkFace, like, seenFace } from "../../test/support/fakes/fakeFaces.ts";
import { FakeServices, noCollection, refusal, tryAgain } from "../../test/support/fakes/fakeServices.ts";
import { ImageError } from "../recognition/contract.ts";
import { searchUsersByImage } from "./searchUsersByImage.ts";
import { toFaceDetail } from "./shared/wire.ts";

function setUp() {
  const world = new FakeServices();
  world.addCollection("album");
  return { world, search: world.bind(searchUsersByImage), ada: world.photoOf(seenFace()) };
}

const detailOf = (face: ReturnType<typeof seenFace>) => toFaceDetail({ ...face, shortcomings: [] });

test("finds the users who are like the largest face of the image, and tells the other faces", async () => {
  const { world, search } = setUp();
  world.addUser("album", "grace", 0.875);
  world.addUser("album", "ada", 1);
  world.addUser("album", "stranger", 0);
  const large = seenFace({ box: boxOf(0.5) });
  const small = seenFace({ box: boxOf(0.25), embedding: like(0) });
  expect(await search({ CollectionId: "album", Image: world.photoOf(small, large) })).toEqual({
    UserMatches: [
      { Similarity: 100, User: { UserId: "ada", UserStatus: "ACTIVE" } },
      { Similarity: 87.5, User: { UserId: "grace", UserStatus: "ACTIVE" } },
    ],
    FaceModelVersion: "101.0",
    SearchedFace: { FaceDetail: detailOf(large) },
    UnsearchedFaces: [{ FaceDetails: detailOf(small), Reasons: ["FACE_NOT_LARGEST"] }],
  });
});

test("answers an image without faces with no matches and no searched face: it is no error", async () => {
  const { world, search } = setUp();
  world.addUser("album", "ada", 1);
  const request = { CollectionId: "album", Image: world.photoOf(), UserMatchThreshold: 0 };
  expect(await search(request)).toEqual({
    UserMatches: [],
    FaceModelVersion: "101.0",
    UnsearchedFaces: [],
  });
});

test("searches a face of any quality where the request names no filter", async () => {
  const { world, search } = setUp();
  world.addUser("album", "ada", 1);
  const answer = await search({ CollectionId: "album", Image: world.photoOf(darkFace()) });
  expect(answer.UserMatches).toHaveLength(1);
  expect(answer.UnsearchedFaces).toEqual([]);
});

test("searches the largest face that passes the filter, and tells why others did not", async () => {
  const { world, search } = setUp();
  const poor = darkFace({ box: boxOf(0.5) });
  const good = seenFace({ box: boxOf(0.25) });
  const small = seenFace({ box: boxOf(0.125) });
  const request = { CollectionId: "album", QualityFilter: "AUTO" } as const;
  expect(await search({ ...request, Image: world.photoOf(small, good, poor) })).toMatchObject({
    SearchedFace: { FaceDetail: detailOf(good) },
    UnsearchedFaces: [
      { FaceDetails: detailOf(poor), Reasons: ["LOW_BRIGHTNESS"] },
      { FaceDetails: detailOf(small), Reasons: ["FACE_NOT_LARGEST"] },
    ],
  });
  const answer = await search({ ...request, Image: world.photoOf(poor) });
  expect(answer.UserMatches).toEqual([]);
  expect(answer).not.toHaveProperty("SearchedFace");
  expect(answer.UnsearchedFaces).toHaveLength(1);
});

test("finds from a similarity of 80 on where the request names none, and from what it names", async () => {
  const { world, search, ada } = setUp();
  for (const cosine of [0.80078125, 0.7998046875, 0]) world.addUser("album", `at ${cosine}`, cosine);
  const found = async (UserMatchThreshold?: number) =>
    (await search({ CollectionId: "album", Image: ada, UserMatchThreshold })).UserMatches?.map(
      ({ User }) => User?.UserId,
    );
  expect(await found()).toEqual(["at 0.80078125"]);
  expect(await found(79)).toEqual(["at 0.80078125", "at 0.7998046875"]);
  expect(await found(0)).toEqual(["at 0.80078125", "at 0.7998046875", "at 0"]);
});

test("finds MaxUsers, and 500 where the request names no number", async () => {
  const { world, search, ada } = setUp();
  for (let index = 0; index < 501; index++) world.addUser("album", `user-${index}`, 1);
  const request = { CollectionId: "album", Image: ada };
  expect((await search({ ...request, MaxUsers: 2 })).UserMatches).toHaveLength(2);
  expect((await search(request)).UserMatches).toHaveLength(500);
});

test("asks the collection's own pack, for a person who waits, for one embedding", async () => {
  const { world, search, ada } = setUp();
  await search({ CollectionId: "album", Image: ada });
  expect(world.analyzed.album).toEqual([
    expect.objectContaining({ embedLargest: 1, urgency: "interactive" }),
  ]);
  expect(world.analyzed.current).toEqual([]);
});

test("refuses first a collection that is not there, then an image that is not, or cannot be analysed", async () => {
  const { world, search } = setUp();
  expect(await refusal(search({ CollectionId: "nowhere", Image: {} }))).toBe(noCollection("nowhere"));
  expect(await refusal(search({ CollectionId: "album", Image: {} }))).toBe(
    "InvalidParameterException: Requested image should either contain bytes or s3 object.",
  );
  const Image = world.photoThatFails(new ImageError("too-small"));
  expect(await refusal(search({ CollectionId: "album", Image }))).toBe(
    "InvalidParameterException: Request has invalid parameters",
  );
});

test("asks to try again when the collection moves to another pack meanwhile", async () => {
  const { world, search, ada } = setUp();
  world.addUser("album", "ada", 1);
  world.moveMeanwhile("analyzed", "album");
  expect(await refusal(search({ CollectionId: "album", Image: ada }))).toBe(tryAgain);
});
