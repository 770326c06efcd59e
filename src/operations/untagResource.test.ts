import { expect, test } from "@jest/globals";
import { FakeServices, refusal } from "../../test/support/fakes/fakeServices.ts";
import { untagResource } from "./untagResource.ts";

const arn = (name: string) => `arn:aws:rekognition:eu-central-1:123456789012:collection/${name}`;

function setUp() {
  const world = new FakeServices();
  world.addCollection("album", { tags: { purpose: "party", owner: "ada" } });
  return { world, untag: world.bind(untagResource), tagsNow: () => world.held("album")?.record.tags };
}

test("takes tags away and keeps the others", async () => {
  const { untag, tagsNow } = setUp();
  expect(await untag({ ResourceArn: arn("album"), TagKeys: ["purpose"] })).toEqual({});
  expect(tagsNow()).toEqual({ owner: "ada" });
});

test("takes the ARN without its prefix, as CreateCollection tells it", async () => {
  const { untag, tagsNow } = setUp();
  await untag({ ResourceArn: arn("album").replace("arn:", ""), TagKeys: ["purpose", "owner"] });
  expect(tagsNow()).toEqual({});
});

test("passes over keys that the collection does not have, also in other letters", async () => {
  const { untag, tagsNow } = setUp();
  expect(await untag({ ResourceArn: arn("album"), TagKeys: ["place", "Purpose"] })).toEqual({});
  expect(tagsNow()).toEqual({ purpose: "party", owner: "ada" });
});

test.each([
  ["of no collection that is there", arn("nowhere")],
  ["of another account", arn("album").replace("123456789012", "210987654321")],
  ["that is none", "album"],
])("refuses an ARN %s", async (_, ResourceArn) => {
  const { untag, tagsNow } = setUp();
  expect(await refusal(untag({ ResourceArn, TagKeys: ["purpose"] }))).toBe(
    `ResourceNotFoundException: The resource: ${ResourceArn} does not exist`,
  );
  expect(tagsNow()).toEqual({ purpose: "party", owner: "ada" });
});
