import { createHash } from "node:crypto";
import type { Image } from "@aws-sdk/client-rekognition";
import { noImageGiven, s3ObjectUnavailable } from "../../protocol/errors.ts";

/** The bytes of an image, and the id that they have wherever they are indexed. */
export interface SourceImage {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Rekognition's ImageId. */
  readonly imageId: string;
}

/** Gets the image that a request names. */
export interface ImageSource {
  /** @throws AwsError when the request gives no image, or two, or one that cannot be had. */
  read(image: Image): Promise<SourceImage>;
}

/** Takes images that come with the request. Images in S3 are not fetched. */
export class RequestImageSource implements ImageSource {
  async read({ Bytes, S3Object }: Image): Promise<SourceImage> {
    if ((Bytes === undefined) === (S3Object === undefined)) throw noImageGiven();
    if (Bytes === undefined) throw s3ObjectUnavailable();
    return { bytes: Bytes as Uint8Array<ArrayBuffer>, imageId: imageIdOf(Bytes) };
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
