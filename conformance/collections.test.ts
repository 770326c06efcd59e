import {
  CreateCollectionCommand,
  DeleteCollectionCommand,
  DescribeCollectionCommand,
  ListCollectionsCommand,
  paginateListCollections,
} from "@aws-sdk/client-rekognition";
import { afterAll, describe, expect, test } from "@jest/globals";
import { createClient, refusalOf, region } from "./support/client.ts";
import { TestCollections } from "./support/collections.ts";

const client = createClient();
const collections = new TestCollections(client);
afterAll(() => collections.deleteAll());

describe("CreateCollection", () => {
  test("answers status, ARN without its prefix, and model version", async () => {
    const CollectionId = collections.newName();
    const answer = await client.send(new CreateCollectionCommand({ CollectionId }));
    expect(answer.StatusCode).toBe(200);
    expect(answer.CollectionArn).toMatch(
      new RegExp(`^aws:rekognition:${region}:\\d{12}:collection/${CollectionId}$`),
    );
    expect(answer.FaceModelVersion).toMatch(/^\d+\.\d+$/);
  });

  test("refuses a name that is taken", async () => {
    const CollectionId = await collections.create();
    expect(await refusalOf(client.send(new CreateCollectionCommand({ CollectionId })))).toMatchObject({
      name: "ResourceAlreadyExistsException",
      status: 400,
    });
  });

  test("tells names apart by case", async () => {
    const CollectionId = await collections.create();
    const answer = await client.send(
      new CreateCollectionCommand({ CollectionId: CollectionId.toUpperCase() }),
    );
    expect(answer.StatusCode).toBe(200);
    await client.send(new DeleteCollectionCommand({ CollectionId: CollectionId.toUpperCase() }));
  });

  test("refuses a name that the model's pattern forbids", async () => {
    expect(
      await refusalOf(client.send(new CreateCollectionCommand({ CollectionId: "no spaces" }))),
    ).toMatchObject({ name: "ValidationException", status: 400 });
  });
});

describe("DescribeCollection", () => {
  test("answers counts, version, full ARN and time of creation", async () => {
    const before = Date.now();
    const CollectionId = await collections.create();
    const answer = await client.send(new DescribeCollectionCommand({ CollectionId }));
    expect(answer.FaceCount).toBe(0);
    expect(answer.UserCount).toBe(0);
    expect(answer.CollectionARN).toMatch(/^arn:aws:rekognition:.+:collection\//);
    const age = (answer.CreationTimestamp?.getTime() ?? 0) - before;
    expect(Math.abs(age)).toBeLessThan(60_000);
  });

  test("refuses a collection that does not exist", async () => {
    expect(
      await refusalOf(client.send(new DescribeCollectionCommand({ CollectionId: "cameo-never-made" }))),
    ).toEqual({
      name: "ResourceNotFoundException",
      status: 400,
      message: "The collection id: cameo-never-made does not exist",
    });
  });
});

describe("ListCollections", () => {
  test("lists every collection once, page by page, each with its model version", async () => {
    const made = await Promise.all([collections.create(), collections.create(), collections.create()]);
    const listed: string[] = [];
    for await (const page of paginateListCollections({ client, pageSize: 2 }, {})) {
      expect(page.CollectionIds?.length).toBeLessThanOrEqual(2);
      expect(page.FaceModelVersions).toHaveLength(page.CollectionIds?.length ?? -1);
      listed.push(...(page.CollectionIds ?? []));
    }
    expect(new Set(listed).size).toBe(listed.length);
    expect(listed).toEqual(expect.arrayContaining(made));
  });

  test("refuses a token that it did not give", async () => {
    expect(
      await refusalOf(client.send(new ListCollectionsCommand({ NextToken: "bm9uc2Vuc2U=" }))),
    ).toMatchObject({ name: "InvalidPaginationTokenException", status: 400 });
  });
});

describe("DeleteCollection", () => {
  test("deletes once", async () => {
    const CollectionId = await collections.create();
    const command = () => client.send(new DeleteCollectionCommand({ CollectionId }));
    expect((await command()).StatusCode).toBe(200);
    expect(await refusalOf(command())).toMatchObject({ name: "ResourceNotFoundException", status: 400 });
  });
});
