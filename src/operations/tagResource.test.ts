import { expect, test } from "@jest/globals";
import { FakeServices, refusal } from "../../test/support/fakes/fakeServices.ts";
import { tagResource } from "./tagResource.ts";

const arn = (name: string) => `arn:aws:rekognition:eu-central-1:123456789012:collection/${name}`;

/** So many tags. */
const tags = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`key-${index}`, "old"]));

function setUp(held: Record<string, string> = {}) {
  const world = new FakeServices();
  world.addCollection("album", { tags: held });
  return { world, tag: world.bind(tagResource), tagsNow: () => world.held("album")?.record.tags };
}

test("adds tags, gives those that are there the new value, and keeps the others", async () => {
  const { tag, tagsNow } = setUp({ purpose: "party", owner: "ada" });
  const Tags = { purpose: "wedding", place: "Ulm" };
  expect(await tag({ ResourceArn: arn("album"), Tags })).toEqual({});
  expect(tagsNow()).toEqual({ purpose: "wedding", owner: "ada", place: "Ulm" });
});

test("takes the ARN without its prefix, as CreateCollection tells it", async () => {
  const { tag, tagsNow } = setUp();
  await tag({ ResourceArn: arn("album").replace("arn:", ""), Tags: { purpose: "party" } });
  expect(tagsNow()).toEqual({ purpose: "party" });
});

test("takes 200 tags in all, and of a request with more none at all", async () => {
  const { tag, tagsNow } = setUp(tags(199));
  const ResourceArn = arn("album");
  const before = tagsNow();
  expect(await refusal(tag({ ResourceArn, Tags: { a: "new", b: "new" } }))).toBe(
    "ServiceQuotaExceededException: The limit of 200 tags per resource is exceeded",
  );
  expect(tagsNow()).toEqual(before);
  await tag({ ResourceArn, Tags: { a: "new", "key-0": "new" } });
  expect(tagsNow()).toEqual({ ...before, a: "new", "key-0": "new" });
});

test("refuses a tag of Cameo's own that means nothing, before it looks for the collection", async () => {
  const { tag, tagsNow } = setUp();
  const Tags = { "cameo:retention-days": "soon" };
  const meaningless =
    "InvalidParameterException: The value of the tag cameo:retention-days must be a whole number of days from 1 to 36500, or forever.";
  expect(await refusal(tag({ ResourceArn: arn("album"), Tags }))).toBe(meaningless);
  expect(tagsNow()).toEqual({});
  expect(await refusal(tag({ ResourceArn: arn("nowhere"), Tags }))).toBe(meaningless);
});

test.each([
  ["of no collection that is there", arn("nowhere")],
  ["of another account", arn("album").replace("123456789012", "210987654321")],
  ["that is none", "album"],
])("refuses an ARN %s", async (_, ResourceArn) => {
  const { tag, tagsNow } = setUp();
  expect(await refusal(tag({ ResourceArn, Tags: { purpose: "party" } }))).toBe(
    `ResourceNotFoundException: The resource: ${ResourceArn} does not exist`,
  );
  expect(tagsNow()).toEqual({});
});
