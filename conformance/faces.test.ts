import {
  DeleteFacesCommand,
  DescribeCollectionCommand,
  IndexFacesCommand,
  ListFacesCommand,
  paginateListFaces,
  SearchFacesByImageCommand,
  SearchFacesCommand,
} from "@aws-sdk/client-rekognition";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { createClient, refusalOf } from "./support/client.ts";
import { TestCollections } from "./support/collections.ts";
import { choosePhotos, emptyPhoto } from "./support/photos.ts";

const client = createClient();
const collections = new TestCollections(client);
const photos = choosePhotos();
afterAll(() => collections.deleteAll());

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const neverIndexed = "00000000-0000-4000-8000-000000000000";

describe("IndexFaces", () => {
  test("answers a record for each face, the largest first", async () => {
    const CollectionId = await collections.create();
    const { FaceRecords = [], ...rest } = await client.send(
      new IndexFacesCommand({
        CollectionId,
        Image: { Bytes: await photos.group() },
        ExternalImageId: "group:1",
      }),
    );
    expect(FaceRecords).toHaveLength(2);
    expect(rest.UnindexedFaces).toEqual([]);
    expect(rest.OrientationCorrection).toBeUndefined();
    const [first, second] = FaceRecords;
    expect(first?.Face?.BoundingBox?.Left).toBeLessThan(second?.Face?.BoundingBox?.Left as number);
    expect(first?.Face?.ImageId).toMatch(uuid);
    expect(first?.Face?.ImageId).toBe(second?.Face?.ImageId);
    expect(first?.Face?.FaceId).toMatch(uuid);
    expect(first?.Face?.FaceId).not.toBe(second?.Face?.FaceId);
    expect(first?.Face?.ExternalImageId).toBe("group:1");
    expect(first?.FaceDetail?.BoundingBox).toEqual(first?.Face?.BoundingBox);
    expect(first?.FaceDetail?.Landmarks?.map(({ Type }) => Type)).toEqual([
      "eyeLeft",
      "eyeRight",
      "mouthLeft",
      "mouthRight",
      "nose",
    ]);
    expect(Object.keys(first?.FaceDetail ?? {}).sort()).toEqual([
      "BoundingBox",
      "Confidence",
      "Landmarks",
      "Pose",
      "Quality",
    ]);
  });

  test("MaxFaces leaves out the smaller faces, and says so", async () => {
    const CollectionId = await collections.create();
    const answer = await client.send(
      new IndexFacesCommand({ CollectionId, Image: { Bytes: await photos.group() }, MaxFaces: 1 }),
    );
    expect(answer.FaceRecords).toHaveLength(1);
    expect(answer.UnindexedFaces).toHaveLength(1);
    expect(answer.UnindexedFaces?.[0]?.Reasons).toEqual(["EXCEEDS_MAX_FACES"]);
    expect((await client.send(new DescribeCollectionCommand({ CollectionId }))).FaceCount).toBe(1);
  });

  test("the same image with the same ExternalImageId is not stored twice", async () => {
    const CollectionId = await collections.create();
    const index = async () =>
      client.send(
        new IndexFacesCommand({
          CollectionId,
          Image: { Bytes: await photos.group() },
          ExternalImageId: "twice",
        }),
      );
    const [once, twice] = [await index(), await index()];
    const ids = (answer: typeof once) => answer.FaceRecords?.map(({ Face }) => Face?.FaceId);
    expect(ids(twice)).toEqual(ids(once));
    expect((await client.send(new DescribeCollectionCommand({ CollectionId }))).FaceCount).toBe(2);
  });

  test("an image without faces gives empty lists", async () => {
    const CollectionId = await collections.create();
    const answer = await client.send(new IndexFacesCommand({ CollectionId, Image: { Bytes: emptyPhoto() } }));
    expect(answer.FaceRecords).toEqual([]);
    expect(answer.UnindexedFaces).toEqual([]);
  });

  test("refuses a collection that does not exist", async () => {
    const call = client.send(
      new IndexFacesCommand({ CollectionId: "cameo-never-made", Image: { Bytes: emptyPhoto() } }),
    );
    expect(await refusalOf(call)).toMatchObject({ name: "ResourceNotFoundException", status: 400 });
  });
});

describe("a collection of three photos", () => {
  let CollectionId: string;
  /** FaceIds by ExternalImageId; the group's larger face is person 0. */
  const faceIds = new Map<string, string[]>();

  beforeAll(async () => {
    CollectionId = await collections.create();
    const images = { first: photos.portrait(0, 0), other: photos.portrait(1, 0), group: photos.group() };
    for (const [ExternalImageId, bytes] of Object.entries(images)) {
      const answer = await client.send(
        new IndexFacesCommand({
          CollectionId,
          Image: { Bytes: await bytes },
          ExternalImageId,
          QualityFilter: "NONE",
        }),
      );
      faceIds.set(
        ExternalImageId,
        (answer.FaceRecords ?? []).map(({ Face }) => Face?.FaceId as string),
      );
    }
  });

  test("ListFaces lists every face once, page by page, with its numbers as they were stored", async () => {
    const listed = [];
    for await (const page of paginateListFaces({ client, pageSize: 1 }, { CollectionId })) {
      expect(page.Faces?.length).toBeLessThanOrEqual(1);
      listed.push(...(page.Faces ?? []));
    }
    expect(new Set(listed.map(({ FaceId }) => FaceId))).toEqual(new Set([...faceIds.values()].flat()));
    expect(listed).toHaveLength([...faceIds.values()].flat().length);
    for (const { Confidence, IndexFacesModelVersion } of listed) {
      expect(Math.fround(Number((Confidence as number).toPrecision(6)))).toBe(Confidence);
      expect(IndexFacesModelVersion).toMatch(/^\d+\.\d+$/);
    }
  });

  test("ListFaces lists the faces that are named", async () => {
    const [FaceId] = faceIds.get("first") ?? [];
    const answer = await client.send(
      new ListFacesCommand({ CollectionId, FaceIds: [FaceId as string, neverIndexed] }),
    );
    expect(answer.Faces?.map((face) => face.FaceId)).toEqual([FaceId]);
  });

  test("ListFaces refuses a token of another collection", async () => {
    const { NextToken } = await client.send(new ListFacesCommand({ CollectionId, MaxResults: 1 }));
    expect(NextToken).toBeDefined();
    const elsewhere = await collections.create();
    const call = client.send(new ListFacesCommand({ CollectionId: elsewhere, NextToken }));
    expect(await refusalOf(call)).toMatchObject({ name: "InvalidPaginationTokenException", status: 400 });
  });

  test("SearchFacesByImage finds the photos that a person is in, most similar first", async () => {
    const answer = await client.send(
      new SearchFacesByImageCommand({ CollectionId, Image: { Bytes: await photos.portrait(0, 1) } }),
    );
    const found = answer.FaceMatches?.map(({ Face }) => Face?.ExternalImageId);
    expect(new Set(found)).toEqual(new Set(["first", "group"]));
    const similarities = answer.FaceMatches?.map(({ Similarity }) => Similarity as number) ?? [];
    expect(similarities).toEqual([...similarities].sort((a, b) => b - a));
    expect(Math.min(...similarities)).toBeGreaterThanOrEqual(80);
    expect(answer.SearchedFaceBoundingBox?.Width).toBeGreaterThan(0);
    expect(answer.SearchedFaceConfidence).toBeGreaterThan(50);
  });

  test("SearchFacesByImage gives the same image 100, and at most MaxFaces matches", async () => {
    const search = async (MaxFaces: number) =>
      client.send(
        new SearchFacesByImageCommand({
          CollectionId,
          Image: { Bytes: await photos.portrait(1, 0) },
          MaxFaces,
        }),
      );
    const [first] = faceIds.get("other") ?? [];
    const same = (await search(10)).FaceMatches?.find(({ Face }) => Face?.FaceId === first);
    expect(same).toMatchObject({ Similarity: 100, Face: { ExternalImageId: "other" } });
    expect((await search(1)).FaceMatches).toHaveLength(1);
  });

  test("SearchFacesByImage with threshold 0 finds strangers as well", async () => {
    const answer = await client.send(
      new SearchFacesByImageCommand({
        CollectionId,
        Image: { Bytes: await photos.portrait(0, 1) },
        FaceMatchThreshold: 0,
      }),
    );
    expect(answer.FaceMatches).toHaveLength([...faceIds.values()].flat().length);
  });

  test("SearchFacesByImage refuses an image without faces", async () => {
    const call = client.send(new SearchFacesByImageCommand({ CollectionId, Image: { Bytes: emptyPhoto() } }));
    expect(await refusalOf(call)).toEqual({
      name: "InvalidParameterException",
      status: 400,
      message: "There are no faces in the image. Should be at least 1.",
    });
  });

  test("SearchFaces finds the like of a face, but not the face itself", async () => {
    const [FaceId] = faceIds.get("first") ?? [];
    const answer = await client.send(new SearchFacesCommand({ CollectionId, FaceId }));
    expect(answer.SearchedFaceId).toBe(FaceId);
    expect(answer.FaceMatches?.map(({ Face }) => Face?.ExternalImageId)).toEqual(["group"]);
  });

  test("SearchFaces refuses a face that the collection does not have", async () => {
    const call = client.send(new SearchFacesCommand({ CollectionId, FaceId: neverIndexed }));
    expect(await refusalOf(call)).toEqual({
      name: "InvalidParameterException",
      status: 400,
      message: "faceId was not found in the collection.",
    });
  });

  test("DeleteFaces deletes what is there and tells what is not", async () => {
    const [FaceId] = faceIds.get("other") ?? [];
    const answer = await client.send(
      new DeleteFacesCommand({ CollectionId, FaceIds: [FaceId as string, neverIndexed] }),
    );
    expect(answer.DeletedFaces).toEqual([FaceId]);
    expect(answer.UnsuccessfulFaceDeletions).toEqual([{ FaceId: neverIndexed, Reasons: ["FACE_NOT_FOUND"] }]);
    const search = await client.send(
      new SearchFacesByImageCommand({
        CollectionId,
        Image: { Bytes: await photos.portrait(1, 0) },
        FaceMatchThreshold: 99.9,
      }),
    );
    expect(search.FaceMatches?.map(({ Face }) => Face?.FaceId)).not.toContain(FaceId);
  });
});
