import { expect, test } from "@jest/globals";
import { collectionArn, collectionIdOf, requireCollectionId, shortCollectionArn } from "./arn.ts";

const account = { region: "eu-central-1", accountId: "123456789012" };

test("an ARN names its collection, in either spelling", () => {
  for (const name of ["album", "a.b-c_9"]) {
    expect(collectionIdOf(account, collectionArn(account, name))).toBe(name);
    expect(collectionIdOf(account, shortCollectionArn(account, name))).toBe(name);
    expect(requireCollectionId(account, collectionArn(account, name))).toBe(name);
  }
});

test.each([
  "album",
  "",
  "arn:arn:aws:rekognition:eu-central-1:123456789012:collection/album",
  "arn:aws:rekognition:us-east-1:123456789012:collection/album",
  "arn:aws:rekognition:eu-central-1:210987654321:collection/album",
  "arn:aws:rekognition:eu-central-1:123456789012:project/album",
  "arn:aws:s3:eu-central-1:123456789012:collection/album",
])("%j names none of this account", (arn) => {
  expect(collectionIdOf(account, arn)).toBeUndefined();
  expect(() => requireCollectionId(account, arn)).toThrow(
    expect.objectContaining({
      name: "ResourceNotFoundException",
      message: `The resource: ${arn} does not exist`,
    }),
  );
});
