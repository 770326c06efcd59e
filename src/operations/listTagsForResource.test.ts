import { expect, test } from "@jest/globals";
import { FakeServices, refusal } from "../../test/support/fakes/fakeServices.ts";
import { listTagsForResource } from "./listTagsForResource.ts";

const arn = (name: string) => `arn:aws:rekognition:eu-central-1:123456789012:collection/${name}`;

function setUp() {
  const world = new FakeServices();
  world.addCollection("album", { tags: { purpose: "party" } });
  return { world, list: world.bind(listTagsForResource) };
}

test("lists the tags of a collection by the ARN that DescribeCollection or CreateCollection tells", async () => {
  const { list } = setUp();
  const answer = { Tags: { purpose: "party" } };
  expect(await list({ ResourceArn: arn("album") })).toEqual(answer);
  expect(await list({ ResourceArn: arn("album").replace("arn:", "") })).toEqual(answer);
});

test("lists no tags of a collection that has none", async () => {
  const { world, list } = setUp();
  world.addCollection("plain");
  expect(await list({ ResourceArn: arn("plain") })).toEqual({ Tags: {} });
});

test.each([
  ["of no collection that is there", arn("nowhere")],
  ["of another region", arn("album").replace("eu-central-1", "us-east-1")],
  ["that is none", "album"],
])("refuses an ARN %s", async (_, ResourceArn) => {
  const { list } = setUp();
  expect(await refusal(list({ ResourceArn }))).toBe(
    `ResourceNotFoundException: The resource: ${ResourceArn} does not exist`,
  );
});
