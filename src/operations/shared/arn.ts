import { resourceNotFound } from "../../../protocol/errors.ts";

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
 * DescribeCollection's. Whether there is such a collection is not asked.
 *
 * @throws AwsError ResourceNotFoundException for anything else.
 */
export function requireCollectionId(account: Account, resourceArn: string): string {
  const arn = resourceArn.replace(/^arn:/, "");
  const prefix = shortCollectionArn(account, "");
  if (!arn.startsWith(prefix)) throw resourceNotFound(resourceArn);
  return arn.slice(prefix.length);
}
