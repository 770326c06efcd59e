import { randomUUID } from "node:crypto";
import { S3 } from "@aws-sdk/client-s3";
import { credentials, region } from "./client.ts";

/** The bucket that `conformance/run.ts` gave, if any. */
export const bucket = process.env.CONFORMANCE_S3_BUCKET;

/** Puts objects into a bucket under names of their own, and deletes them all at the end. */
export class PhotoBucket {
  readonly name: string;
  readonly #s3: S3;
  readonly #put: string[] = [];

  constructor(name: string) {
    this.name = name;
    const endpoint = process.env.CONFORMANCE_S3_ENDPOINT;
    const [accessKeyId, secretAccessKey] = process.env.CONFORMANCE_S3_CREDENTIALS?.split(/:(.*)/s) ?? [];
    this.#s3 = new S3({
      region,
      credentials: accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey } : credentials,
      ...(endpoint !== undefined && { endpoint, forcePathStyle: true }),
    });
  }

  /** @returns the image that is now in S3, for a request. */
  async put(bytes: Uint8Array, name = "photo"): Promise<{ S3Object: { Bucket: string; Name: string } }> {
    const Key = `cameo-conformance/${randomUUID()}/${name}`;
    await this.#s3.putObject({ Bucket: this.name, Key, Body: bytes });
    this.#put.push(Key);
    return { S3Object: { Bucket: this.name, Name: Key } };
  }

  async deleteAll(): Promise<void> {
    for (const Key of this.#put) await this.#s3.deleteObject({ Bucket: this.name, Key });
  }
}
