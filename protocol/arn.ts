import { resourceNotFound } from "./errors.ts";

/** The account and region that this endpoint answers as. */
export interface Account {
  readonly region: string;
  readonly accountId: string;
}

/**
 * A collection's ARN without its `arn:` prefix: what CreateCollection answers, in every recorded response of
 * Rekognition.
 */
export function shortCollectionArn({ region, accountId }: Account, collectionId: string): string {
  return `aws:rekognition:${region}:${accountId}:collection/${collectionId}`;
}

/** A collection's ARN: what DescribeCollection answers. */
export function collectionArn(account: Account, collectionId: string): string {
  return `arn:${shortCollectionArn(account, collectionId)}`;
}

/**
 * The CollectionId that an ARN of this account names, in either spelling: CreateCollection's or
 * DescribeCollection's; undefined for anything else. Whether there is such a collection is not asked.
 */
export function collectionIdOf(account: Account, resourceArn: string): string | undefined {
  const arn = resourceArn.replace(/^arn:/, "");
  const prefix = shortCollectionArn(account, "");
  return arn.startsWith(prefix) ? arn.slice(prefix.length) : undefined;
}

/** The same. @throws AwsError ResourceNotFoundException for anything else. */
export function requireCollectionId(account: Account, resourceArn: string): string {
  const collectionId = collectionIdOf(account, resourceArn);
  if (collectionId === undefined) throw resourceNotFound(resourceArn);
  return collectionId;
}
