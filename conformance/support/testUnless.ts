import { test } from "@jest/globals";
import { skippedTitle } from "./skipReason.ts";

/**
 * A test that may not be possible here.
 *
 * @param reason why it is not; undefined when it is.
 * @param timeout milliseconds
 */
export function testUnless(
  reason: string | undefined,
  title: string,
  run: () => Promise<void>,
  timeout?: number,
): void {
  if (reason === undefined) test(title, run, timeout);
  else test.skip(skippedTitle(title, reason), run);
}
