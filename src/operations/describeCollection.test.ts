import { expect, test } from "@jest/globals";
import { FakeServices, noCollection, refusal } from "../../test/support/fakes/fakeServices.ts";
import { describeCollection } from "./describeCollection.ts";

function setUp() {
  const world = new FakeServices();
  return { world, describe: world.bind(describeCollection) };
}

test("tells size, age, ARN and the version of the collection's own pack", async () => {
  const { world, describe } = setUp();
  const createdAt = new Date(1_533_422_155_042);
  world.addCollection("album", { createdAt });
  world.addFaces("album", 1, 1);
  world.addUser("album", "ada", 1);
  expect(await describe({ CollectionId: "album" })).toEqual({
    FaceCount: 3,
    FaceModelVersion: "101.0",
    CollectionARN: "arn:aws:rekognition:eu-central-1:123456789012:collection/album",
    CreationTimestamp: createdAt,
    UserCount: 1,
  });
});

test("tells the numbers of an empty collection", async () => {
  const { world, describe } = setUp();
  world.addCollection("album");
  expect(await describe({ CollectionId: "album" })).toMatchObject({ FaceCount: 0, UserCount: 0 });
});

test("refuses a collection that is not there", async () => {
  const { describe } = setUp();
  expect(await refusal(describe({ CollectionId: "nowhere" }))).toBe(noCollection("nowhere"));
});
