import { randomUUID } from "node:crypto";
import {
  AssociateFacesCommand,
  type AssociateFacesCommandInput,
  CreateUserCommand,
  DeleteCollectionCommand,
  DeleteFacesCommand,
  DeleteUserCommand,
  DescribeCollectionCommand,
  DisassociateFacesCommand,
  IndexFacesCommand,
  ListFacesCommand,
  ListUsersCommand,
  paginateListUsers,
  SearchUsersByImageCommand,
  type SearchUsersByImageCommandInput,
  SearchUsersCommand,
} from "@aws-sdk/client-rekognition";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { createClient, refusalOf } from "./support/client.ts";
import { TestCollections } from "./support/collections.ts";
import { choosePhotos, emptyPhoto } from "./support/photos.ts";
import { sendRaw, signedRequest } from "./support/rawRequest.ts";

const client = createClient();
const collections = new TestCollections(client);
const photos = choosePhotos();
afterAll(() => collections.deleteAll());

const neverIndexed = "00000000-0000-4000-8000-000000000000";

/** Indexes a photo of one person; returns the FaceId. */
async function index(CollectionId: string, bytes: Uint8Array): Promise<string> {
  const { FaceRecords } = await client.send(
    new IndexFacesCommand({ CollectionId, Image: { Bytes: bytes }, MaxFaces: 1, QualityFilter: "NONE" }),
  );
  return FaceRecords?.[0]?.Face?.FaceId as string;
}

const create = (CollectionId: string, UserId: string, ClientRequestToken?: string) =>
  client.send(new CreateUserCommand({ CollectionId, UserId, ClientRequestToken }));

const associate = (input: AssociateFacesCommandInput) => client.send(new AssociateFacesCommand(input));

async function usersOf(CollectionId: string) {
  return (await client.send(new ListUsersCommand({ CollectionId }))).Users;
}

describe("CreateUser, ListUsers, DeleteUser", () => {
  let CollectionId: string;
  beforeEach(async () => {
    CollectionId = await collections.create();
  });

  test("a user is created once, listed as CREATED, counted, and deleted once", async () => {
    await create(CollectionId, "guest:7");
    expect(await refusalOf(create(CollectionId, "guest:7"))).toMatchObject({
      name: "ConflictException",
      status: 400,
    });
    expect(await usersOf(CollectionId)).toEqual([{ UserId: "guest:7", UserStatus: "CREATED" }]);
    expect((await client.send(new DescribeCollectionCommand({ CollectionId }))).UserCount).toBe(1);
    const remove = () => client.send(new DeleteUserCommand({ CollectionId, UserId: "guest:7" }));
    await remove();
    expect(await refusalOf(remove())).toMatchObject({ name: "ResourceNotFoundException", status: 400 });
    expect(await usersOf(CollectionId)).toEqual([]);
    expect((await client.send(new DescribeCollectionCommand({ CollectionId }))).UserCount).toBe(0);
  });

  test("users are listed once each, page by page", async () => {
    const made = ["a", "B", "c", "d", "e"];
    for (const UserId of made) await create(CollectionId, UserId);
    const listed = [];
    for await (const page of paginateListUsers({ client, pageSize: 2 }, { CollectionId })) {
      expect(page.Users?.length).toBeLessThanOrEqual(2);
      listed.push(...(page.Users ?? []).map(({ UserId }) => UserId));
    }
    expect(listed).toHaveLength(made.length);
    expect(new Set(listed)).toEqual(new Set(made));
  });

  test("refuses a page token of another collection", async () => {
    for (const UserId of ["a", "b"]) await create(CollectionId, UserId);
    const { NextToken } = await client.send(new ListUsersCommand({ CollectionId, MaxResults: 1 }));
    expect(NextToken).toBeDefined();
    const elsewhere = await collections.create();
    const call = client.send(new ListUsersCommand({ CollectionId: elsewhere, NextToken }));
    expect(await refusalOf(call)).toMatchObject({ name: "InvalidPaginationTokenException", status: 400 });
  });

  test("refuses pages of more than 500", async () => {
    const call = client.send(new ListUsersCommand({ CollectionId, MaxResults: 501 }));
    expect(await refusalOf(call)).toMatchObject({ name: "ValidationException", status: 400 });
  });

  test.each([
    ["CreateUser", new CreateUserCommand({ CollectionId: "cameo-never-made", UserId: "a" })],
    ["DeleteUser", new DeleteUserCommand({ CollectionId: "cameo-never-made", UserId: "a" })],
    ["ListUsers", new ListUsersCommand({ CollectionId: "cameo-never-made" })],
  ])("%s refuses a collection that does not exist", async (_, command) => {
    expect(await refusalOf(client.send(command as CreateUserCommand))).toEqual({
      name: "ResourceNotFoundException",
      status: 400,
      message: "The collection id: cameo-never-made does not exist",
    });
  });

  test("deleting the collection deletes its users", async () => {
    await create(CollectionId, "a");
    await client.send(new DeleteCollectionCommand({ CollectionId }));
    expect(await refusalOf(client.send(new ListUsersCommand({ CollectionId })))).toMatchObject({
      name: "ResourceNotFoundException",
    });
  });
});

describe("ClientRequestToken", () => {
  let CollectionId: string;
  beforeEach(async () => {
    CollectionId = await collections.create();
  });

  test("does a request once, also when it is sent several times at once", async () => {
    const token = randomUUID();
    await Promise.all([1, 2, 3, 4].map(() => create(CollectionId, "ada", token)));
    await create(CollectionId, "ada", token);
    expect((await client.send(new DescribeCollectionCommand({ CollectionId }))).UserCount).toBe(1);
  });

  test("is refused with other parameters", async () => {
    const token = randomUUID();
    await create(CollectionId, "ada", token);
    expect(await refusalOf(create(CollectionId, "grace", token))).toEqual({
      name: "IdempotentParameterMismatchException",
      status: 400,
      message: `The ClientRequestToken: ${token} you have supplied is already in use.`,
    });
  });

  test("gives AssociateFaces the same answer again", async () => {
    const FaceId = await index(CollectionId, await photos.portrait(0, 0));
    await create(CollectionId, "ada");
    const ask = () =>
      associate({
        CollectionId,
        UserId: "ada",
        FaceIds: [FaceId, neverIndexed],
        ClientRequestToken: "a-token_1",
      });
    const { $metadata: _, ...once } = await ask();
    expect(once.AssociatedFaces).toEqual([{ FaceId }]);
    expect(await ask()).toMatchObject(once);
  });

  test("may be left out by clients that are no SDK", async () => {
    const answer = await sendRaw(
      await signedRequest({
        target: "RekognitionService.CreateUser",
        body: JSON.stringify({ CollectionId, UserId: "ada" }),
      }),
    );
    expect(answer).toMatchObject({ status: 200, text: "{}" });
    expect(await usersOf(CollectionId)).toHaveLength(1);
  });
});

describe("a collection of two people", () => {
  let CollectionId: string;
  /** Faces of person 0, and one of person 1. */
  let first: string;
  let second: string;
  let stranger: string;

  beforeEach(async () => {
    CollectionId = await collections.create();
    first = await index(CollectionId, await photos.portrait(0, 0));
    second = await index(CollectionId, await photos.portrait(0, 1));
    stranger = await index(CollectionId, await photos.portrait(1, 0));
    for (const UserId of ["ada", "grace"]) await create(CollectionId, UserId);
  });

  test("AssociateFaces takes any first face, then those that are like it", async () => {
    const UserId = "ada";
    expect(await associate({ CollectionId, UserId, FaceIds: [first] })).toMatchObject({
      AssociatedFaces: [{ FaceId: first }],
      UnsuccessfulFaceAssociations: [],
      UserStatus: "UPDATING",
    });
    const answer = await associate({
      CollectionId,
      UserId,
      FaceIds: [stranger, neverIndexed, second, first],
    });
    expect(answer.AssociatedFaces).toEqual([{ FaceId: second }]);
    expect(answer.UnsuccessfulFaceAssociations).toEqual([
      { FaceId: stranger, Confidence: expect.any(Number), Reasons: ["LOW_MATCH_CONFIDENCE"] },
      { FaceId: neverIndexed, Reasons: ["FACE_NOT_FOUND"] },
    ]);
    expect(answer.UnsuccessfulFaceAssociations?.[0]?.Confidence).toBeLessThan(75);
    expect(await usersOf(CollectionId)).toEqual([
      { UserId: "ada", UserStatus: "ACTIVE" },
      { UserId: "grace", UserStatus: "CREATED" },
    ]);
  });

  test("AssociateFaces with threshold 0 takes any face", async () => {
    await associate({ CollectionId, UserId: "ada", FaceIds: [first] });
    const answer = await associate({
      CollectionId,
      UserId: "ada",
      FaceIds: [stranger],
      UserMatchThreshold: 0,
    });
    expect(answer.AssociatedFaces).toEqual([{ FaceId: stranger }]);
  });

  test("AssociateFaces leaves a face with the user who has it", async () => {
    await associate({ CollectionId, UserId: "ada", FaceIds: [first] });
    const answer = await associate({ CollectionId, UserId: "grace", FaceIds: [first] });
    expect(answer).toMatchObject({ AssociatedFaces: [], UserStatus: "CREATED" });
    expect(answer.UnsuccessfulFaceAssociations).toEqual([
      { FaceId: first, UserId: "ada", Reasons: ["ASSOCIATED_TO_A_DIFFERENT_USER"] },
    ]);
  });

  test("AssociateFaces refuses a user who does not exist, and no or too many faces", async () => {
    const nobody = { CollectionId, UserId: "nobody", FaceIds: [first] };
    expect(await refusalOf(associate(nobody))).toMatchObject({
      name: "ResourceNotFoundException",
      status: 400,
    });
    for (const FaceIds of [[], Array.from({ length: 101 }, () => randomUUID())]) {
      expect(await refusalOf(associate({ CollectionId, UserId: "ada", FaceIds }))).toMatchObject({
        name: "ValidationException",
        status: 400,
      });
    }
  });

  test("DisassociateFaces takes faces from their user alone", async () => {
    await associate({ CollectionId, UserId: "ada", FaceIds: [first] });
    await associate({ CollectionId, UserId: "grace", FaceIds: [stranger] });
    const take = (FaceIds: string[]) =>
      client.send(new DisassociateFacesCommand({ CollectionId, UserId: "ada", FaceIds }));
    const answer = await take([first, second, stranger, neverIndexed]);
    expect(answer).toMatchObject({ DisassociatedFaces: [{ FaceId: first }], UserStatus: "UPDATING" });
    expect(answer.UnsuccessfulFaceDisassociations).toEqual([
      { FaceId: stranger, UserId: "grace", Reasons: ["ASSOCIATED_TO_A_DIFFERENT_USER"] },
      { FaceId: neverIndexed, Reasons: ["FACE_NOT_FOUND"] },
    ]);
    expect(await take([first])).toMatchObject({ DisassociatedFaces: [], UserStatus: "CREATED" });
    const nobody = new DisassociateFacesCommand({ CollectionId, UserId: "nobody", FaceIds: [first] });
    expect(await refusalOf(client.send(nobody))).toMatchObject({ name: "ResourceNotFoundException" });
  });

  test("ListFaces tells whose a face is, and lists a user's faces", async () => {
    await associate({ CollectionId, UserId: "ada", FaceIds: [first, second] });
    const { Faces: all } = await client.send(new ListFacesCommand({ CollectionId }));
    expect(new Map(all?.map(({ FaceId, UserId }) => [FaceId, UserId]))).toEqual(
      new Map([
        [first, "ada"],
        [second, "ada"],
        [stranger, undefined],
      ]),
    );
    const { Faces: mine } = await client.send(new ListFacesCommand({ CollectionId, UserId: "ada" }));
    expect(new Set(mine?.map(({ FaceId }) => FaceId))).toEqual(new Set([first, second]));
    const { Faces: none } = await client.send(new ListFacesCommand({ CollectionId, UserId: "grace" }));
    expect(none).toEqual([]);
  });

  test("DeleteFaces refuses the faces of a user, until the user is deleted", async () => {
    await associate({ CollectionId, UserId: "ada", FaceIds: [first] });
    const remove = () => client.send(new DeleteFacesCommand({ CollectionId, FaceIds: [first, stranger] }));
    const answer = await remove();
    expect(answer.DeletedFaces).toEqual([stranger]);
    expect(answer.UnsuccessfulFaceDeletions).toEqual([
      { FaceId: first, UserId: "ada", Reasons: ["ASSOCIATED_TO_AN_EXISTING_USER"] },
    ]);
    await client.send(new DeleteUserCommand({ CollectionId, UserId: "ada" }));
    expect((await remove()).DeletedFaces).toEqual([first]);
  });
});

describe("searching for users", () => {
  let CollectionId: string;
  let first: string;
  let unassociated: string;

  beforeAll(async () => {
    CollectionId = await collections.create();
    first = await index(CollectionId, await photos.portrait(0, 0));
    unassociated = await index(CollectionId, await photos.portrait(0, 1));
    const stranger = await index(CollectionId, await photos.portrait(1, 0));
    for (const UserId of ["ada", "grace", "nobody"]) await create(CollectionId, UserId);
    await associate({ CollectionId, UserId: "ada", FaceIds: [first] });
    await associate({ CollectionId, UserId: "grace", FaceIds: [stranger] });
  });

  const byImage = (
    bytes: Uint8Array,
    more: Omit<SearchUsersByImageCommandInput, "CollectionId" | "Image"> = {},
  ) => client.send(new SearchUsersByImageCommand({ CollectionId, Image: { Bytes: bytes }, ...more }));

  test("SearchUsersByImage finds whose face it is", async () => {
    const answer = await byImage(await photos.portrait(0, 1));
    expect(answer.UserMatches).toEqual([
      { Similarity: expect.any(Number), User: { UserId: "ada", UserStatus: "ACTIVE" } },
    ]);
    expect(answer.UserMatches?.[0]?.Similarity).toBeGreaterThanOrEqual(80);
    expect(answer.FaceModelVersion).toMatch(/^\d+\.\d+$/);
    expect(answer.SearchedFace?.FaceDetail?.BoundingBox?.Width).toBeGreaterThan(0);
    expect(answer.UnsearchedFaces).toEqual([]);
  });

  test("SearchUsersByImage with threshold 0 finds all who have faces, most similar first", async () => {
    const bytes = await photos.portrait(1, 0);
    const answer = await byImage(bytes, { UserMatchThreshold: 0 });
    expect(answer.UserMatches?.map(({ User }) => User?.UserId)).toEqual(["grace", "ada"]);
    const one = await byImage(bytes, { UserMatchThreshold: 0, MaxUsers: 1 });
    expect(one.UserMatches).toEqual(answer.UserMatches?.slice(0, 1));
  });

  test("SearchUsersByImage searches the largest face, and tells the others", async () => {
    const answer = await byImage(await photos.group());
    expect(answer.UserMatches?.map(({ User }) => User?.UserId)).toEqual(["ada"]);
    expect(answer.UnsearchedFaces).toHaveLength(1);
    expect(answer.UnsearchedFaces?.[0]?.Reasons).toEqual(["FACE_NOT_LARGEST"]);
    expect(answer.UnsearchedFaces?.[0]?.FaceDetails?.BoundingBox?.Left).toBeGreaterThan(
      answer.SearchedFace?.FaceDetail?.BoundingBox?.Left as number,
    );
  });

  test("SearchUsersByImage answers an image without faces by nothing found", async () => {
    const answer = await byImage(emptyPhoto());
    expect(answer).toMatchObject({ UserMatches: [], UnsearchedFaces: [] });
    expect(answer.SearchedFace).toBeUndefined();
  });

  test("SearchUsers finds the user for a face, also the user whose it is", async () => {
    for (const FaceId of [unassociated, first]) {
      const answer = await client.send(new SearchUsersCommand({ CollectionId, FaceId }));
      expect(answer.UserMatches?.map(({ User }) => User?.UserId)).toEqual(["ada"]);
      expect(answer.SearchedFace).toEqual({ FaceId });
      expect(answer.SearchedUser).toBeUndefined();
    }
  });

  test("SearchUsers finds users like a user, but not the user", async () => {
    const answer = await client.send(
      new SearchUsersCommand({ CollectionId, UserId: "ada", UserMatchThreshold: 0 }),
    );
    expect(answer.UserMatches?.map(({ User }) => User?.UserId)).toEqual(["grace"]);
    expect(answer.SearchedUser).toEqual({ UserId: "ada" });
    expect(answer.SearchedFace).toBeUndefined();
    const strict = await client.send(new SearchUsersCommand({ CollectionId, UserId: "ada" }));
    expect(strict.UserMatches).toEqual([]);
  });

  test("SearchUsers finds no one like a user without faces", async () => {
    const answer = await client.send(
      new SearchUsersCommand({ CollectionId, UserId: "nobody", UserMatchThreshold: 0 }),
    );
    expect(answer.UserMatches).toEqual([]);
  });

  test.each([
    ["neither a face nor a user", {}, "InvalidParameterException"],
    ["both a face and a user", { FaceId: neverIndexed, UserId: "ada" }, "InvalidParameterException"],
    ["a face that the collection does not have", { FaceId: neverIndexed }, "InvalidParameterException"],
    ["a user whom it does not have", { UserId: "never-made" }, "ResourceNotFoundException"],
    ["more than 500 users", { UserId: "ada", MaxUsers: 501 }, "ValidationException"],
  ])("SearchUsers refuses %s", async (_, input, name) => {
    expect(await refusalOf(client.send(new SearchUsersCommand({ CollectionId, ...input })))).toMatchObject({
      name,
      status: 400,
    });
  });
});
