import type { Credential } from "../access/accessKeys.ts";

/** Where images in S3 are fetched, and how. */
export interface S3Settings {
  /** Not given: AWS's. */
  readonly endpoint: string | undefined;
  readonly region: string;
  /** Not given: those that AWS's SDK finds on the machine. */
  readonly credentials: Credential | undefined;
  readonly forcePathStyle: boolean;
  /** Images come from no others. Not given: from any bucket that the credentials may read. */
  readonly buckets: readonly string[] | undefined;
}
