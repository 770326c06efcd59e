import { invalidTag } from "../../protocol/errors.ts";
import type { Tags } from "../storage/collectionStore.ts";

/** What all tags that mean something to Cameo begin with. */
const prefix = "cameo:";

/** The tag of a collection that says after how many days its faces are deleted. */
export const retentionTag = `${prefix}retention-days`;

/** The value that keeps faces until they are deleted, whatever the service's default. */
const forever = "forever";

/** Most days: a hundred years. */
export const longestRetention = 36_500;

/**
 * Checks tags that a collection is to get. A misspelt one must not look as if faces were deleted in time.
 *
 * @throws AwsError InvalidParameterException for a key that begins with `cameo:` and is not known, or a value that
 * means nothing.
 */
export function checkTags(tags: Tags): void {
  for (const [key, value] of Object.entries(tags)) {
    if (!key.startsWith(prefix)) continue;
    if (key !== retentionTag) throw invalidTag(`The tag ${key} is not known; there is ${retentionTag}.`);
    if (value !== forever && daysOf(value) === undefined) {
      throw invalidTag(
        `The value of the tag ${retentionTag} must be a whole number of days from 1 to ${longestRetention}, or ${forever}.`,
      );
    }
  }
}

/**
 * Days after which the faces of a collection with these tags are deleted; undefined: never.
 *
 * @param fallback for a collection without the tag.
 */
export function retentionOf(tags: Tags, fallback: number | undefined): number | undefined {
  const value = tags[retentionTag];
  return value === undefined ? fallback : daysOf(value);
}

function daysOf(value: string): number | undefined {
  const days = /^[1-9]\d{0,4}$/.test(value) ? Number(value) : Number.POSITIVE_INFINITY;
  return days <= longestRetention ? days : undefined;
}
