import { Readable } from "node:stream";
import type { S3Object } from "@aws-sdk/client-rekognition";
import type { S3 } from "@aws-sdk/client-s3";
import {
  type AwsError,
  imageTooLarge,
  invalidImageFormat,
  invalidS3Object,
  s3DownloadLimitExceeded,
  s3ObjectUnavailable,
  serviceUnavailable,
} from "../../protocol/errors.ts";
import { systemErrorCode } from "../system/systemError.ts";
import type { ObjectReader } from "./imageSource.ts";
import type { S3Settings } from "./s3Settings.ts";

/**
 * Largest image in S3, in bytes: 15 MB.
 *
 * @see https://docs.aws.amazon.com/rekognition/latest/dg/limits.html
 */
export const maximumObject = 15 * 1024 * 1024;

/** Longest times to wait for S3, in milliseconds. */
const timeouts = {
  /** For a connection, a free one among the client's included. */
  connection: 5_000,
  /** For the next bytes on a connection. */
  silence: 10_000,
  /** For a whole object, with all that the client tries again. */
  object: 30_000,
};

/** Why S3 did not give an object; tells nothing of the object, nor of the key that asked for it. */
export interface S3Failure {
  /** S3's error code, or that of the operating system. */
  readonly code: string;
  /** HTTP status, where S3 answered. */
  readonly status: number | undefined;
}

/**
 * Reads images from S3, by AWS's own client: of AWS, MinIO, R2 and others that speak its protocol. The client is
 * made for the first image.
 */
export class S3Objects implements ObjectReader {
  readonly #settings: S3Settings;
  readonly #report: (failure: S3Failure) => void;
  #client: Promise<S3> | undefined;

  /** @param report hears of failures that whoever runs the service can mend: all but objects that do not exist. */
  constructor(settings: S3Settings, report: (failure: S3Failure) => void) {
    this.#settings = settings;
    this.#report = report;
  }

  /**
   * Asks for the size before the bytes, and takes as many bytes as that.
   *
   * @throws AwsError InvalidS3ObjectException when S3 refuses, ImageTooLargeException over `maximumObject`,
   * InvalidImageFormatException for an empty object, ProvisionedThroughputExceededException when S3 asks to slow
   * down, ThrottlingException when it cannot be reached or fails: a later try may succeed.
   */
  async read({ Bucket, Name, Version }: S3Object): Promise<Uint8Array<ArrayBuffer>> {
    if (Bucket === undefined || Name === undefined) throw invalidS3Object();
    if (this.#settings.buckets?.includes(Bucket) === false) throw s3ObjectUnavailable();
    const object = { Bucket, Key: Name, ...(Version !== undefined && { VersionId: Version }) };
    const options = { abortSignal: AbortSignal.timeout(timeouts.object) };
    const size = await this.#ask(async (s3) => sizeOf(await s3.headObject(object, options)));
    if (size > maximumObject) throw imageTooLarge();
    if (size === 0) throw invalidImageFormat();
    return this.#ask(async (s3) => readExactly(size, await s3.getObject(object, options)));
  }

  async #ask<Answer>(question: (s3: S3) => Promise<Answer>): Promise<Answer> {
    try {
      this.#client ??= openClient(this.#settings);
      return await question(await this.#client);
    } catch (error) {
      const failure = failureOf(error);
      if (failure.status !== 404) this.#report(failure);
      throw refusalOf(failure);
    }
  }
}

/** Loads AWS's client no sooner than it is needed: it takes a third of a second and 25 MB. */
export async function openClient({ endpoint, region, credentials, forcePathStyle }: S3Settings): Promise<S3> {
  const { S3 } = await import("@aws-sdk/client-s3");
  return new S3({
    region,
    forcePathStyle,
    ...(endpoint !== undefined && { endpoint }),
    ...(credentials !== undefined && { credentials }),
    // AWS_ENDPOINT_URL is for clients of this service, and may well name it.
    ignoreConfiguredEndpointUrls: true,
    // Not all that speak S3's protocol know its checksums.
    responseChecksumValidation: "WHEN_REQUIRED",
    requestHandler: { connectionTimeout: timeouts.connection, socketTimeout: timeouts.silence },
  });
}

function sizeOf({ ContentLength }: { readonly ContentLength?: number | undefined }): number {
  if (ContentLength === undefined) throw new Error("S3 did not tell the object's size");
  return ContentLength;
}

/** Reads a body into one buffer, which nothing else has a part of. @throws when it is longer or shorter. */
async function readExactly(
  size: number,
  { Body }: { readonly Body?: unknown },
): Promise<Uint8Array<ArrayBuffer>> {
  if (!(Body instanceof Readable)) throw new TypeError("S3's client gave no stream");
  const bytes = new Uint8Array(size);
  let filled = 0;
  const pieces: AsyncIterable<Uint8Array> = Body;
  for await (const piece of pieces) {
    if (filled + piece.length > size) throw new Error("The object grew while it was read");
    bytes.set(piece, filled);
    filled += piece.length;
  }
  if (filled < size) throw new Error("The object shrank while it was read");
  return bytes;
}

function failureOf(error: unknown): S3Failure {
  const { name, $metadata } = error as Error & { readonly $metadata?: { readonly httpStatusCode?: number } };
  return { code: systemErrorCode(error) ?? name, status: $metadata?.httpStatusCode };
}

function refusalOf(failure: S3Failure): AwsError {
  const { status = 0 } = failure;
  if (status === 429 || status === 503) return s3DownloadLimitExceeded();
  return status >= 300 && status < 500 ? s3ObjectUnavailable() : serviceUnavailable(failure);
}
