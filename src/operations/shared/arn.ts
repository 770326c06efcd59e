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
