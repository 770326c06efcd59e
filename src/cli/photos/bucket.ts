import { readConfig } from "../../boot/config.ts";
import { openClient } from "../../images/s3Objects.ts";
import type { S3Settings } from "../../images/s3Settings.ts";
import { CommandAbortedError, type CommandContext, UsageError } from "../command.ts";
import { reasonOf } from "../reason.ts";
import { type Album, albumOf, type Photo } from "./photo.ts";

/**
 * The photos of a bucket under a prefix. They are fetched here and sent as bytes: so the service needs no access
 * to the bucket, and an object that is too large is made to fit, as a file is.
 *
 * @param address `s3://bucket` or `s3://bucket/prefix`.
 * @throws UsageError; CommandAbortedError when the bucket cannot be listed.
 */
export async function openBucket(address: string, env: CommandContext["env"]): Promise<Album> {
  const [, Bucket, prefix] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(address) ?? [];
  if (Bucket === undefined || prefix === undefined) throw new UsageError(`${address} names no bucket`);
  // A prefix is a folder: `album` is not to find `album-2`.
  const Prefix = prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`;
  const s3 = await openClient(s3SettingsOf(env));
  const files: Photo[] = [];
  let ContinuationToken: string | undefined;
  do {
    const page = await s3
      .listObjectsV2({ Bucket, Prefix, ...(ContinuationToken !== undefined && { ContinuationToken }) })
      .catch((error: unknown) => {
        throw new CommandAbortedError(`${address} cannot be listed: ${reasonOf(error)}`);
      });
    for (const { Key, ETag, Size } of page.Contents ?? []) {
      if (Key === undefined || Key.endsWith("/")) continue;
      files.push({
        path: Key.slice(Prefix.length),
        stamp: `${Size}-${ETag}`,
        read: async () => {
          const { Body } = await s3.getObject({ Bucket, Key });
          return new Uint8Array((await Body?.transformToByteArray()) ?? []);
        },
      });
    }
    ContinuationToken = page.NextContinuationToken;
  } while (ContinuationToken !== undefined);
  return albumOf(files);
}

/** The service's own settings of S3, or else what AWS's tools go by. */
function s3SettingsOf(env: CommandContext["env"]): S3Settings {
  const { s3 } = readConfig({ ...env, CAMEO_HOST: undefined });
  return (
    s3 ?? {
      endpoint: env.AWS_ENDPOINT_URL_S3,
      region: env.AWS_REGION ?? env.AWS_DEFAULT_REGION ?? "us-east-1",
      credentials: undefined,
      forcePathStyle: false,
      buckets: undefined,
    }
  );
}
