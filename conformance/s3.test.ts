import {
  CompareFacesCommand,
  DetectFacesCommand,
  type Image,
  IndexFacesCommand,
  SearchFacesByImageCommand,
} from "@aws-sdk/client-rekognition";
import { afterAll, describe, expect, test } from "@jest/globals";
import { createClient, refusalOf } from "./support/client.ts";
import { TestCollections } from "./support/collections.ts";
import { bucket, PhotoBucket } from "./support/photoBucket.ts";
import { choosePhotos } from "./support/photos.ts";

const unavailable = {
  name: "InvalidS3ObjectException",
  status: 400,
  message: "Unable to get object metadata from S3. Check object key, region and/or access permissions.",
};

if (bucket === undefined) test.skip("images in S3: no --bucket NAME is given", () => undefined);
else describe.each([bucket])("images in the bucket %s", testImagesIn);

function testImagesIn(name: string): void {
  const photoBucket = new PhotoBucket(name);
  const client = createClient();
  const collections = new TestCollections(client);
  const photos = choosePhotos();
  afterAll(async () => {
    await collections.deleteAll();
    await photoBucket.deleteAll();
  });

  const detect = (image: Image) => client.send(new DetectFacesCommand({ Image: image }));

  test("DetectFaces finds in an image of S3 what it finds in its bytes", async () => {
    const bytes = await photos.group();
    const [inS3, inBytes] = [await detect(await photoBucket.put(bytes)), await detect({ Bytes: bytes })];
    expect(inS3.FaceDetails).toHaveLength(2);
    expect(inS3.FaceDetails).toEqual(inBytes.FaceDetails);
  });

  test("IndexFaces gives an image the same ImageId however it comes", async () => {
    const CollectionId = await collections.create();
    const bytes = await photos.portrait(0, 0);
    const imageIds = [];
    for (const Image of [await photoBucket.put(bytes), { Bytes: bytes }, await photoBucket.put(bytes)]) {
      const { FaceRecords } = await client.send(new IndexFacesCommand({ CollectionId, Image }));
      imageIds.push(FaceRecords?.[0]?.Face?.ImageId);
    }
    expect(imageIds[0]).toEqual(expect.any(String));
    expect(new Set(imageIds).size).toBe(1);
  });

  test("SearchFacesByImage finds by an image of S3", async () => {
    const CollectionId = await collections.create();
    await client.send(new IndexFacesCommand({ CollectionId, Image: { Bytes: await photos.group() } }));
    const { FaceMatches } = await client.send(
      new SearchFacesByImageCommand({
        CollectionId,
        Image: await photoBucket.put(await photos.portrait(0, 1)),
      }),
    );
    expect(FaceMatches).toHaveLength(1);
  });

  test("CompareFaces takes its source, its target and both from S3", async () => {
    const source = await photos.portrait(0, 1);
    const target = await photos.group();
    const [sourceInS3, targetInS3] = [await photoBucket.put(source), await photoBucket.put(target)];
    for (const [SourceImage, TargetImage] of [
      [sourceInS3, { Bytes: target }],
      [{ Bytes: source }, targetInS3],
      [sourceInS3, targetInS3],
    ] as const) {
      const answer = await client.send(new CompareFacesCommand({ SourceImage, TargetImage }));
      expect(answer.FaceMatches).toHaveLength(1);
      expect(answer.UnmatchedFaces).toHaveLength(1);
    }
  });

  test("names may hold spaces, slashes and letters of any script", async () => {
    const image = await photoBucket.put(await photos.portrait(0, 0), "Fotos 2026/Zoë + 名前?.png");
    expect((await detect(image)).FaceDetails).toHaveLength(1);
  });

  test("an object that does not exist is refused", async () => {
    const { S3Object } = await photoBucket.put(await photos.portrait(0, 0));
    const call = detect({ S3Object: { ...S3Object, Name: `${S3Object.Name}-that-is-not-there` } });
    expect(await refusalOf(call)).toEqual(unavailable);
  });

  test("so is a bucket that the service may not read", async () => {
    const call = detect({ S3Object: { Bucket: "cameo-conformance-never-made", Name: "photo.jpg" } });
    expect(await refusalOf(call)).toEqual(unavailable);
  });

  test("an image over 5 MiB is taken", async () => {
    const photo = await photos.group();
    // Decoders stop at the image's end: what follows makes the file large, and changes nothing in the image.
    const large = Buffer.concat([photo, Buffer.alloc(6 * 1024 * 1024)]);
    expect((await detect(await photoBucket.put(large))).FaceDetails).toHaveLength(2);
  });

  test("an object over 15 MiB is too large", async () => {
    const image = await photoBucket.put(Buffer.alloc(15 * 1024 * 1024 + 1));
    expect(await refusalOf(detect(image))).toEqual({
      name: "ImageTooLargeException",
      status: 400,
      message: "Image size is too large.",
    });
  });

  test.each([
    ["an empty object", Buffer.alloc(0)],
    ["a text", Buffer.from("This is no image.")],
  ])("%s is no image", async (_, bytes) => {
    expect(await refusalOf(detect(await photoBucket.put(bytes)))).toMatchObject({
      name: "InvalidImageFormatException",
      status: 400,
    });
  });

  test("bytes and an object together are refused", async () => {
    const bytes = await photos.portrait(0, 0);
    const call = detect({ Bytes: bytes, ...(await photoBucket.put(bytes)) });
    expect(await refusalOf(call)).toMatchObject({ name: "InvalidParameterException", status: 400 });
  });
}
