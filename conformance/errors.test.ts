import {
  AssociateFacesCommand,
  CompareFacesCommand,
  CreateCollectionCommand,
  CreateUserCommand,
  DeleteCollectionCommand,
  DeleteFacesCommand,
  DeleteUserCommand,
  DescribeCollectionCommand,
  DetectFacesCommand,
  IndexFacesCommand,
  ListCollectionsCommand,
  ListFacesCommand,
  ListTagsForResourceCommand,
  ListUsersCommand,
  SearchFacesByImageCommand,
  SearchFacesCommand,
  SearchUsersByImageCommand,
  SearchUsersCommand,
  TagResourceCommand,
} from "@aws-sdk/client-rekognition";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { createCanvas } from "@napi-rs/canvas";
import { createClient, refusalOf, region } from "./support/client.ts";
import { TestCollections } from "./support/collections.ts";
import { pngClaiming } from "./support/hostileImages.ts";
import { choosePhotos, emptyPhoto } from "./support/photos.ts";
import { testUnless } from "./support/testUnless.ts";

const client = createClient();
const collections = new TestCollections(client);
const photos = choosePhotos();
afterAll(() => collections.deleteAll());

const never = "cameo-never-made";
const neverIndexed = "00000000-0000-4000-8000-000000000000";
const Image = { Bytes: emptyPhoto() };

let CollectionId: string;
beforeAll(async () => {
  CollectionId = await collections.create();
});

/** What a client sees of an error. */
interface Case {
  readonly exception: string;
  readonly situation: string;
  /** The text, or what of it does not depend on the request; absent where AWS's is not known. */
  readonly message?: string;
  readonly call: () => Promise<unknown>;
}

const detect = (Bytes: Uint8Array) => client.send(new DetectFacesCommand({ Image: { Bytes } }));

/** Operations on a collection that does not exist; the image that some are given is a good one. */
const missingCollection: Readonly<Record<string, () => Promise<unknown>>> = {
  AssociateFaces: () =>
    client.send(new AssociateFacesCommand({ CollectionId: never, UserId: "guest", FaceIds: [neverIndexed] })),
  CreateUser: () => client.send(new CreateUserCommand({ CollectionId: never, UserId: "guest" })),
  DeleteCollection: () => client.send(new DeleteCollectionCommand({ CollectionId: never })),
  DeleteFaces: () => client.send(new DeleteFacesCommand({ CollectionId: never, FaceIds: [neverIndexed] })),
  DeleteUser: () => client.send(new DeleteUserCommand({ CollectionId: never, UserId: "guest" })),
  DescribeCollection: () => client.send(new DescribeCollectionCommand({ CollectionId: never })),
  IndexFaces: () => client.send(new IndexFacesCommand({ CollectionId: never, Image })),
  ListFaces: () => client.send(new ListFacesCommand({ CollectionId: never })),
  ListUsers: () => client.send(new ListUsersCommand({ CollectionId: never })),
  SearchFaces: () => client.send(new SearchFacesCommand({ CollectionId: never, FaceId: neverIndexed })),
  SearchFacesByImage: () => client.send(new SearchFacesByImageCommand({ CollectionId: never, Image })),
  SearchUsers: () => client.send(new SearchUsersCommand({ CollectionId: never, UserId: "guest" })),
  SearchUsersByImage: () => client.send(new SearchUsersByImageCommand({ CollectionId: never, Image })),
};

const cases: readonly Case[] = [
  ...Object.entries(missingCollection).map(([operation, call]) => ({
    exception: "ResourceNotFoundException",
    situation: `${operation} of a collection that does not exist`,
    message: `The collection id: ${never} does not exist`,
    call,
  })),
  {
    exception: "ResourceNotFoundException",
    situation: "a user that does not exist",
    call: () => client.send(new DeleteUserCommand({ CollectionId, UserId: "nobody" })),
  },
  {
    exception: "ResourceNotFoundException",
    situation: "tags of a resource that does not exist",
    call: () =>
      client.send(
        new ListTagsForResourceCommand({
          ResourceArn: `arn:aws:rekognition:${region}:000000000000:collection/${never}`,
        }),
      ),
  },
  {
    exception: "ResourceAlreadyExistsException",
    situation: "a collection that exists",
    message: "already exists",
    call: () => client.send(new CreateCollectionCommand({ CollectionId })),
  },
  {
    exception: "ConflictException",
    situation: "a user that exists",
    call: async () => {
      await client.send(new CreateUserCommand({ CollectionId, UserId: "taken" }));
      await client.send(new CreateUserCommand({ CollectionId, UserId: "taken" }));
    },
  },
  {
    exception: "IdempotentParameterMismatchException",
    situation: "a ClientRequestToken that came with other parameters",
    message: "The ClientRequestToken: cameo-once you have supplied is already in use.",
    call: async () => {
      const ClientRequestToken = "cameo-once";
      await client.send(new CreateUserCommand({ CollectionId, UserId: "one", ClientRequestToken }));
      await client.send(new CreateUserCommand({ CollectionId, UserId: "two", ClientRequestToken }));
    },
  },
  {
    exception: "ServiceQuotaExceededException",
    situation: "more than 200 tags",
    call: async () => {
      const { CollectionARN: ResourceArn } = await client.send(
        new DescribeCollectionCommand({ CollectionId }),
      );
      const Tags = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`tag-${index}`, ""]));
      await client.send(new TagResourceCommand({ ResourceArn, Tags }));
      await client.send(new TagResourceCommand({ ResourceArn, Tags: { "one-more": "" } }));
    },
  },
  {
    exception: "InvalidParameterException",
    situation: "CompareFaces of a source without faces",
    message: "Request has invalid parameters",
    call: async () =>
      client.send(
        new CompareFacesCommand({ SourceImage: Image, TargetImage: { Bytes: await photos.portrait(0, 0) } }),
      ),
  },
  {
    exception: "InvalidParameterException",
    situation: "CompareFaces of a target without faces",
    message: "Request has invalid parameters",
    call: async () =>
      client.send(
        new CompareFacesCommand({ SourceImage: { Bytes: await photos.portrait(0, 0) }, TargetImage: Image }),
      ),
  },
  {
    exception: "InvalidParameterException",
    situation: "SearchFaces of a face that the collection does not have",
    message: "faceId was not found in the collection.",
    call: () => client.send(new SearchFacesCommand({ CollectionId, FaceId: neverIndexed })),
  },
  {
    exception: "InvalidParameterException",
    situation: "both bytes and S3 object",
    message: "Requested image should either contain bytes or s3 object.",
    call: () =>
      client.send(
        new DetectFacesCommand({ Image: { ...Image, S3Object: { Bucket: "photos", Name: "one.jpg" } } }),
      ),
  },
  {
    exception: "InvalidImageFormatException",
    situation: "a JPEG that is cut off",
    message: "Invalid image encoding",
    call: async () => {
      const whole = await photos.portrait(0, 0);
      await detect(whole.slice(0, whole.length / 2));
    },
  },
  {
    exception: "InvalidImageFormatException",
    situation: "an image that is neither JPEG nor PNG",
    message: "Request has invalid image format",
    call: () => detect(createCanvas(100, 100).toBuffer("image/webp")),
  },
  {
    exception: "ImageTooLargeException",
    situation: "a PNG that claims 60,000 x 60,000 pixels",
    message: "Image size is too large.",
    call: () => detect(pngClaiming(60_000, 60_000)),
  },
  {
    exception: "InvalidS3ObjectException",
    situation: "an object that cannot be had",
    message: "Unable to get object metadata from S3. Check object key, region and/or access permissions.",
    call: () =>
      client.send(
        new DetectFacesCommand({ Image: { S3Object: { Bucket: "cameo-never-made", Name: "one.jpg" } } }),
      ),
  },
  {
    exception: "InvalidPaginationTokenException",
    situation: "ListCollections with a token that nobody gave",
    message: "Invalid Token",
    call: () => client.send(new ListCollectionsCommand({ NextToken: "bm9uc2Vuc2U=" })),
  },
  {
    exception: "InvalidPaginationTokenException",
    situation: "ListFaces with a token that nobody gave",
    message: "Invalid Token",
    call: () => client.send(new ListFacesCommand({ CollectionId, NextToken: "bm9uc2Vuc2U=" })),
  },
  {
    exception: "ValidationException",
    situation: "a required member that is missing",
    message:
      "1 validation error detected: Value null at 'collectionId' failed to satisfy constraint: Member must not be null",
    call: () => client.send(new DescribeCollectionCommand({ CollectionId: undefined })),
  },
  {
    exception: "ValidationException",
    situation: "a string of another pattern",
    message: "Member must satisfy regular expression pattern: [a-zA-Z0-9_.\\-]+",
    call: () => client.send(new DescribeCollectionCommand({ CollectionId: "no spaces" })),
  },
  {
    exception: "ValidationException",
    situation: "a string that is too long",
    message: "Member must have length less than or equal to 255",
    call: () => client.send(new DescribeCollectionCommand({ CollectionId: "a".repeat(256) })),
  },
  {
    exception: "ValidationException",
    situation: "a value that is not of the enum",
    message: "Member must satisfy enum value set: [NONE, AUTO, LOW, MEDIUM, HIGH]",
    call: () => client.send(new IndexFacesCommand({ CollectionId, Image, QualityFilter: "BEST" as "HIGH" })),
  },
  {
    exception: "ValidationException",
    situation: "an image of more than 5 MiB",
    message:
      "'image.bytes' failed to satisfy constraint: Member must have length less than or equal to 5242880",
    call: () => detect(Buffer.alloc(5 * 1024 * 1024 + 1)),
  },
  {
    exception: "ValidationException",
    situation: "an image of no bytes",
    message:
      "1 validation error detected: Value 'java.nio.HeapByteBuffer[pos=0 lim=0 cap=0]' at 'image.bytes' failed to satisfy constraint: Member must have length greater than or equal to 1",
    call: () => detect(new Uint8Array()),
  },
];

/** Exceptions that are answered, and that no client can bring about at will. */
const unprovoked: Readonly<Record<string, string>> = {
  "InternalServerError: a fault of the service's own":
    "no request may bring one about; npm run fuzz looks for one",
  "ProvisionedThroughputExceededException: S3 asks to be asked less": "the S3 of the suite never does",
};

describe("errors", () => {
  test.each(cases)("$exception: $situation", async ({ exception, message = "", call }) => {
    const refusal = await refusalOf(call());
    expect(refusal).toMatchObject({ name: exception, status: 400 });
    expect(refusal.message).toContain(message);
  });

  for (const [title, reason] of Object.entries(unprovoked)) {
    testUnless(reason, title, async () => undefined);
  }
});
