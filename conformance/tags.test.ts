import {
  CreateCollectionCommand,
  DeleteCollectionCommand,
  DescribeCollectionCommand,
  ListTagsForResourceCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from "@aws-sdk/client-rekognition";
import { afterAll, describe, expect, test } from "@jest/globals";
import { createClient, refusalOf } from "./support/client.ts";
import { TestCollections } from "./support/collections.ts";

const client = createClient();
const collections = new TestCollections(client);
afterAll(() => collections.deleteAll());

/** Makes a collection; returns its ARN in both of Rekognition's spellings. */
async function create(Tags?: Record<string, string>) {
  const CollectionId = collections.newName();
  const { CollectionArn: short = "" } = await client.send(
    new CreateCollectionCommand({ CollectionId, Tags }),
  );
  const { CollectionARN: full = "" } = await client.send(new DescribeCollectionCommand({ CollectionId }));
  return { CollectionId, short, full };
}

const tag = (ResourceArn: string, Tags: Record<string, string>) =>
  client.send(new TagResourceCommand({ ResourceArn, Tags }));
const untag = (ResourceArn: string, ...TagKeys: string[]) =>
  client.send(new UntagResourceCommand({ ResourceArn, TagKeys }));
const tagsOf = async (ResourceArn: string) =>
  (await client.send(new ListTagsForResourceCommand({ ResourceArn }))).Tags;

function manyTags(count: number, prefix = "key"): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`${prefix}${index}`, "v"]));
}

describe("TagResource, UntagResource, ListTagsForResource", () => {
  test("are those it was created with, under both spellings of its ARN", async () => {
    const { short, full } = await create({ event: "Ana + Bo", empty: "" });
    for (const arn of [short, full]) expect(await tagsOf(arn)).toEqual({ event: "Ana + Bo", empty: "" });
  });

  test("are none when none were given", async () => {
    expect(await tagsOf((await create()).full)).toEqual({});
  });

  test("are added, changed and taken away", async () => {
    const { short, full } = await create({ a: "1" });
    await tag(full, { a: "2", b: "3" });
    await tag(short, { "c:d/e": "ü" });
    expect(await tagsOf(full)).toEqual({ a: "2", b: "3", "c:d/e": "ü" });
    await untag(short, "a", "never there");
    await untag(full, "c:d/e");
    expect(await tagsOf(full)).toEqual({ b: "3" });
  });

  test("are 200 at most, in total", async () => {
    const { full } = await create(manyTags(199));
    expect(await refusalOf(tag(full, { one: "", two: "" }))).toMatchObject({
      name: "ServiceQuotaExceededException",
      status: 400,
    });
    await tag(full, { one: "", key0: "changed" });
    expect(Object.keys((await tagsOf(full)) ?? {})).toHaveLength(200);
  });

  test.each([
    ["a key that is Amazon's", { "aws:mine": "x" }],
    ["a value of more than 256 characters", { key: "x".repeat(257) }],
    ["more than 200 at once", manyTags(201)],
  ])("cannot be %s", async (_, tags) => {
    const { full } = await create();
    expect(await refusalOf(tag(full, tags))).toMatchObject({ name: "ValidationException", status: 400 });
  });
});

describe("an ARN", () => {
  /** What is refused by all three operations. */
  const refusals = (arn: string) =>
    Promise.all([refusalOf(tag(arn, { a: "1" })), refusalOf(untag(arn, "a")), refusalOf(tagsOf(arn))]);
  const notFound = expect.objectContaining({ name: "ResourceNotFoundException", status: 400 });

  test("of another account, region, kind or collection is not found", async () => {
    const { full, CollectionId } = await create();
    const foreign = [
      full.replace(/:\d{12}:/, ":999999999999:"),
      full.replace(/:rekognition:[^:]+:/, ":rekognition:xx-nowhere-1:"),
      full.replace(":collection/", ":streamprocessor/"),
      full.replace(CollectionId, "cameo-never-made"),
      full.replace(/collection\/.*/, "collection/"),
      "this is not an ARN at all",
    ];
    for (const arn of foreign) expect(await refusals(arn)).toEqual([notFound, notFound, notFound]);
  });

  test("of a deleted collection is not found", async () => {
    const { full, CollectionId } = await create({ a: "1" });
    await client.send(new DeleteCollectionCommand({ CollectionId }));
    expect(await refusals(full)).toEqual([notFound, notFound, notFound]);
  });
});
