import { expect, test } from "@jest/globals";
import { currentPack, FakeServices, refusal } from "../../test/support/fakes/fakeServices.ts";
import { createCollection } from "./createCollection.ts";

function setUp() {
  const world = new FakeServices();
  return { world, create: world.bind(createCollection) };
}

test("makes a collection of the pack and at the time of this moment", async () => {
  const { world, create } = setUp();
  expect(await create({ CollectionId: "album", Tags: { purpose: "party" } })).toEqual({
    StatusCode: 200,
    // Without "arn:", as in all recorded answers of Rekognition.
    CollectionArn: "aws:rekognition:eu-central-1:123456789012:collection/album",
    FaceModelVersion: "102.0",
  });
  expect(world.held("album")?.record).toMatchObject({
    name: "album",
    modelPack: currentPack.name,
    faceModelVersion: "102.0",
    createdAt: world.services.clock(),
    tags: { purpose: "party" },
  });
});

test("tells the packs of what was made, and of nothing else", async () => {
  const { world, create } = setUp();
  await create({ CollectionId: "album" });
  await refusal(create({ CollectionId: "album" }));
  expect(world.madeCollections).toBe(1);
});

test("gives a collection no tags where the request has none", async () => {
  const { world, create } = setUp();
  await create({ CollectionId: "album" });
  expect(world.held("album")?.record.tags).toEqual({});
});

test("refuses a name that is taken, by its exact letters, and leaves that collection as it is", async () => {
  const { world, create } = setUp();
  world.addCollection("album", { tags: { purpose: "party" } });
  expect(await refusal(create({ CollectionId: "album", Tags: {} }))).toBe(
    "ResourceAlreadyExistsException: The collection id: album already exists",
  );
  expect(world.held("album")?.record.tags).toEqual({ purpose: "party" });
  await create({ CollectionId: "Album" });
  expect(world.held("Album")).toBeDefined();
});

test("refuses a tag of Cameo's own that means nothing, before it looks for the name", async () => {
  const { world, create } = setUp();
  const Tags = { "cameo:retention": "30" };
  const unknown =
    "InvalidParameterException: The tag cameo:retention is not known; there is cameo:retention-days.";
  expect(await refusal(create({ CollectionId: "album", Tags }))).toBe(unknown);
  expect(world.held("album")).toBeUndefined();
  world.addCollection("album");
  expect(await refusal(create({ CollectionId: "album", Tags }))).toBe(unknown);
});
