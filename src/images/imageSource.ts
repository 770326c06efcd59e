import { createHash } from "node:crypto";
import type { Image, S3Object } from "@aws-sdk/client-rekognition";
import { noImageGiven, s3ObjectUnavailable } from "../../protocol/errors.ts";

/** Gets the image that a request names. */
export interface ImageSource {
  /**
   * @returns the image's bytes.
   * @throws AwsError when the request gives no image, or two, or one that cannot be had.
   */
  read(image: Image): Promise<Uint8Array<ArrayBuffer>>;
}

/** Reads objects of S3. */
export interface ObjectReader {
  /**
   * @returns the object's bytes, in a buffer of their own.
   * @throws AwsError when the object cannot be had, or cannot be an image.
   */
  read(object: S3Object): Promise<Uint8Array<ArrayBuffer>>;
}

/** Takes images that come with the request, and those in S3 where there is a reader of it. */
export class RequestImageSource implements ImageSource {
  readonly #objects: ObjectReader | undefined;

  constructor(objects?: ObjectReader) {
    this.#objects = objects;
  }

  async read({ Bytes, S3Object }: Image): Promise<Uint8Array<ArrayBuffer>> {
    if ((Bytes === undefined) === (S3Object === undefined)) throw noImageGiven();
    if (S3Object === undefined) return Bytes as Uint8Array<ArrayBuffer>;
    if (this.#objects === undefined) throw s3ObjectUnavailable();
    return this.#objects.read(S3Object);
  }
}

/**
 * The name-based UUID (version 3: MD5) of an image's bytes. Rekognition's recorded ImageIds are of this
 * version and equal for equal bytes.
 */
export function imageIdOf(bytes: Uint8Array): string {
  const hash = createHash("md5").update(bytes).digest();
  hash[6] = ((hash[6] as number) & 0x0f) | 0x30;
  hash[8] = ((hash[8] as number) & 0x3f) | 0x80;
  return hash.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
