import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  CreateCollectionCommand,
  DescribeCollectionCommand,
  IndexFacesCommand,
  ListFacesCommand,
  RekognitionClient,
  SearchFacesByImageCommand,
} from "@aws-sdk/client-rekognition";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import * as sdkOf2023 from "rekognition-2023";
import { developmentCredential } from "../src/boot/config.ts";
import { packageRoot } from "../src/system/packageRoot.ts";
import { type ServiceProcess, startServiceProcess } from "../test/support/serviceProcess.ts";
import { missing, runForJson } from "./clients/program.ts";
import { createClient, credentials, endpoint, refusalOf, region } from "./support/client.ts";
import { TestCollections } from "./support/collections.ts";
import { choosePhotos } from "./support/photos.ts";
import { testUnless } from "./support/testUnless.ts";

const client = createClient();
const collections = new TestCollections(client);
const photos = choosePhotos();

let folder: string;
/** Files for clients that read them themselves. */
let files: { readonly group: string; readonly portrait: string };

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "cameo-clients-"));
  files = { group: path.join(folder, "group"), portrait: path.join(folder, "portrait") };
  await writeFile(files.group, await photos.group());
  await writeFile(files.portrait, await photos.portrait(0, 1));
});
afterAll(async () => {
  await collections.deleteAll();
  await rm(folder, { recursive: true, force: true });
});

describe("many at once", () => {
  test("IndexFaces of one image under one ExternalImageId, 200 times at once, leaves the faces of one", async () => {
    const CollectionId = await collections.create();
    const patient = createClient({ maxAttempts: 10 });
    const Image = { Bytes: await photos.portrait(0, 0) };
    const answers = await Promise.all(
      Array.from({ length: 200 }, () =>
        patient.send(new IndexFacesCommand({ CollectionId, Image, ExternalImageId: "one" })),
      ),
    );
    const answered = new Set(
      answers.flatMap(({ FaceRecords }) => FaceRecords?.map(({ Face }) => Face?.FaceId)),
    );
    const { Faces } = await client.send(new ListFacesCommand({ CollectionId }));
    expect(new Set(Faces?.map(({ FaceId }) => FaceId))).toEqual(answered);
    expect(answered.size).toBe(answers[0]?.FaceRecords?.length);
    const { FaceCount } = await client.send(new DescribeCollectionCommand({ CollectionId }));
    expect(FaceCount).toBe(answered.size);
  }, 120_000);
});

/** Whether the suite started the service that it drives, and so may start another. */
const cannotStart =
  process.env.CONFORMANCE_STARTED === undefined
    ? "a service that is not ours cannot be made this small"
    : undefined;

describe("a service with one thread, for which one image may wait", () => {
  const CollectionId = "cameo-busy";
  let service: ServiceProcess | undefined;
  let portrait: Uint8Array;
  const clientWith = (maxAttempts: number) =>
    new RekognitionClient({
      endpoint: service?.endpoint as string,
      region,
      credentials: developmentCredential,
      maxAttempts,
    });
  const searchAtOnce = (count: number, sdk: RekognitionClient) =>
    Array.from({ length: count }, () =>
      sdk.send(new SearchFacesByImageCommand({ CollectionId, Image: { Bytes: portrait } })),
    );

  beforeAll(async () => {
    if (cannotStart !== undefined) return;
    service = await startServiceProcess({
      models: process.env.CONFORMANCE_PHOTOS === undefined ? "drawn-faces" : "trained",
      env: {
        CAMEO_DATA_DIR: path.join(folder, "data"),
        ...(process.env.CONFORMANCE_PHOTOS === undefined && {
          CAMEO_MODELS_DIR: path.join(folder, "models"),
        }),
        CAMEO_WORKERS: "1",
        CAMEO_QUEUE_LIMIT: "1",
        // All search with one photo, which otherwise would be analysed once.
        CAMEO_SEARCH_CACHE_SECONDS: "0",
      },
    });
    portrait = await photos.portrait(0, 0);
    await clientWith(1).send(new CreateCollectionCommand({ CollectionId }));
    await clientWith(1).send(new IndexFacesCommand({ CollectionId, Image: { Bytes: portrait } }));
  });
  afterAll(() => service?.stop());

  testUnless(cannotStart, "the SDK's own retries get every search of 20 through", async () => {
    const answers = await Promise.all(searchAtOnce(20, clientWith(12)));
    expect(answers.map(({ FaceMatches }) => FaceMatches?.[0]?.Similarity)).toEqual(Array(20).fill(100));
    const throttles = answers.reduce((sum, { $metadata }) => sum + (($metadata.attempts ?? 1) - 1), 0);
    console.info(`20 searches at once were throttled ${throttles} times; all were answered`);
    expect(throttles).toBeGreaterThan(0);
  });

  describe("errors", () => {
    testUnless(cannotStart, "ThrottlingException: more images than may wait", async () => {
      const calls = await Promise.allSettled(searchAtOnce(30, clientWith(1)));
      const refused = calls.filter(({ status }) => status === "rejected");
      expect(refused.length).toBeGreaterThan(0);
      expect(refused.length).toBeLessThan(30);
      for (const call of refused) {
        const rejected = call.status === "rejected" ? Promise.reject(call.reason) : Promise.resolve();
        expect(await refusalOf(rejected)).toEqual({
          name: "ThrottlingException",
          status: 500,
          message: "Slow down; sudden increase in rate of requests.",
        });
      }
    });
  });
});

test("the JavaScript SDK of 2023 indexes, lists, searches, and knows errors, users and tags", async () => {
  const sdk = new sdkOf2023.RekognitionClient({ endpoint, region, credentials });
  const CollectionId = collections.newName();
  await sdk.send(new sdkOf2023.CreateCollectionCommand({ CollectionId, Tags: { event: "party" } }));
  const { FaceRecords = [] } = await sdk.send(
    new sdkOf2023.IndexFacesCommand({ CollectionId, Image: { Bytes: await photos.group() } }),
  );
  const faceIds = FaceRecords.map(({ Face }) => Face?.FaceId as string);
  expect(faceIds).toHaveLength(2);

  const listed: unknown[] = [];
  for await (const { Faces } of sdkOf2023.paginateListFaces({ client: sdk, pageSize: 1 }, { CollectionId })) {
    listed.push(...(Faces?.map(({ FaceId }) => FaceId) ?? []));
  }
  expect(listed.sort()).toEqual(faceIds.toSorted());

  const Image = { Bytes: await photos.portrait(0, 1) };
  const { FaceMatches } = await sdk.send(new sdkOf2023.SearchFacesByImageCommand({ CollectionId, Image }));
  expect(FaceMatches?.map(({ Face }) => Face?.FaceId)).toEqual([faceIds[0]]);

  await sdk.send(new sdkOf2023.CreateUserCommand({ CollectionId, UserId: "guest" }));
  await sdk.send(
    new sdkOf2023.AssociateFacesCommand({ CollectionId, UserId: "guest", FaceIds: faceIds.slice(0, 1) }),
  );
  const { UserMatches } = await sdk.send(new sdkOf2023.SearchUsersByImageCommand({ CollectionId, Image }));
  expect(UserMatches?.map(({ User }) => User?.UserId)).toEqual(["guest"]);

  const { CollectionARN } = await sdk.send(new sdkOf2023.DescribeCollectionCommand({ CollectionId }));
  const { Tags } = await sdk.send(new sdkOf2023.ListTagsForResourceCommand({ ResourceArn: CollectionARN }));
  expect(Tags).toEqual({ event: "party" });

  const again = sdk.send(new sdkOf2023.CreateCollectionCommand({ CollectionId }));
  await expect(again).rejects.toBeInstanceOf(sdkOf2023.ResourceAlreadyExistsException);
  await sdk.send(new sdkOf2023.DeleteCollectionCommand({ CollectionId }));
});

const keys = {
  AWS_ACCESS_KEY_ID: credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  AWS_DEFAULT_REGION: region,
  AWS_EC2_METADATA_DISABLED: "true",
  AWS_PAGER: "",
};

const boto3 = (program: "faces" | "users") =>
  runForJson(
    "python3",
    [
      path.join(packageRoot, "conformance/clients/boto3Program.py"),
      ...[program, endpoint, region, collections.newName(), files.group, files.portrait],
    ],
    keys,
  );

testUnless(
  await missing(["python3", "-c", "import boto3"]),
  "boto3 indexes, lists, searches and deletes, and knows errors and tags",
  async () => {
    const answer = (await boto3("faces")) as { readonly indexed: readonly string[] };
    expect(answer).toEqual({
      tags: { event: "party" },
      indexed: [expect.any(String), expect.any(String)],
      listed: answer.indexed.toSorted(),
      found: answer.indexed.slice(0, 1),
      deleted: answer.indexed,
      refused: {
        Code: "ResourceAlreadyExistsException",
        Message: expect.stringContaining("already exists"),
      },
    });
  },
);

testUnless(
  await missing(["python3", "-c", "import boto3; boto3.client('rekognition', 'us-east-1').create_user"]),
  "boto3 associates faces with a user and finds the user",
  async () => {
    expect(await boto3("users")).toEqual({ associated: 1, found: ["guest"], disassociated: 1 });
  },
);

/** The AWS CLI with a collection of its own, into which a photo of two people was indexed. */
async function cliWithCollection() {
  const aws = (command: string, ...args: readonly string[]) =>
    runForJson("aws", ["rekognition", command, "--endpoint-url", endpoint, ...args], keys);
  const collection = ["--collection-id", collections.newName()];
  await aws("create-collection", ...collection, "--tags", "event=party");
  const indexed = await aws("index-faces", ...collection, "--image-bytes", `fileb://${files.group}`);
  expect(indexed).toMatchObject({ FaceRecords: [{ Face: {} }, { Face: {} }] });
  const { FaceRecords } = indexed as { FaceRecords: { Face: { FaceId: string } }[] };
  return { aws, collection, guest: FaceRecords[0]?.Face.FaceId as string };
}

testUnless(
  await missing(["aws", "--version"]),
  "the AWS CLI indexes, lists, searches and deletes, and knows tags",
  async () => {
    const { aws, collection, guest } = await cliWithCollection();
    const selfie = ["--image-bytes", `fileb://${files.portrait}`];
    expect(await aws("list-faces", ...collection, "--page-size", "1")).toMatchObject({ Faces: [{}, {}] });
    expect(await aws("search-faces-by-image", ...collection, ...selfie)).toMatchObject({
      FaceMatches: [{ Face: { FaceId: guest } }],
    });
    const { CollectionARN } = (await aws("describe-collection", ...collection)) as { CollectionARN: string };
    expect(await aws("list-tags-for-resource", "--resource-arn", CollectionARN)).toEqual({
      Tags: { event: "party" },
    });
    expect(await aws("delete-collection", ...collection)).toEqual({ StatusCode: 200 });
  },
  120_000,
);

testUnless(
  await missing(["aws", "rekognition", "create-user", "--generate-cli-skeleton"]),
  "the AWS CLI associates a face with a user and finds the user",
  async () => {
    const { aws, collection, guest } = await cliWithCollection();
    const user = [...collection, "--user-id", "guest"];
    await aws("create-user", ...user);
    expect(await aws("associate-faces", ...user, "--face-ids", guest)).toMatchObject({
      AssociatedFaces: [{ FaceId: guest }],
    });
    const selfie = ["--image-bytes", `fileb://${files.portrait}`];
    expect(await aws("search-users-by-image", ...collection, ...selfie)).toMatchObject({
      UserMatches: [{ User: { UserId: "guest" } }],
    });
  },
  120_000,
);
