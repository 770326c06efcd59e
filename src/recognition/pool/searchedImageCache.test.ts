import { beforeEach, describe, expect, test } from "@jest/globals";
import type { AnalyzeRequest, RecognizedImage, Recognizer } from "../contract.ts";
import { SearchedImageCache } from "./searchedImageCache.ts";

const search: AnalyzeRequest = { embedLargest: 1, urgency: "interactive" };
const selfie = Uint8Array.of(1, 2, 3);
const minute = 60_000;

let analyzed = 0;
let failures = 0;
/** Counts what it is asked; fails as often as `failures` says. */
const recognizer = {
  analyze: async (): Promise<RecognizedImage> => {
    analyzed++;
    if (failures-- > 0) throw new Error("of no interest");
    const timings = { decode: 1, detect: 2, attributes: 3, embed: 4, queue: 5 };
    return { width: 80, height: 80 + analyzed, faces: [], timings };
  },
  close: async () => undefined,
} as unknown as Recognizer;

beforeEach(() => {
  analyzed = 0;
  failures = 0;
});

describe("SearchedImageCache", () => {
  test("analyses an image that is searched with again once, and tells that the second took no work", async () => {
    const cache = new SearchedImageCache(recognizer, minute);
    const first = await cache.analyze(selfie.slice(), search);
    const second = await cache.analyze(selfie.slice(), search);
    expect(analyzed).toBe(1);
    expect(second).toEqual({
      ...first,
      timings: { decode: 0, detect: 0, attributes: 0, embed: 0, queue: 0 },
    });
  });

  test("analyses images that come at the same time once", async () => {
    const cache = new SearchedImageCache(recognizer, minute);
    await Promise.all([cache.analyze(selfie.slice(), search), cache.analyze(selfie.slice(), search)]);
    expect(analyzed).toBe(1);
  });

  test.each<[string, Uint8Array<ArrayBuffer>, AnalyzeRequest]>([
    ["another image", Uint8Array.of(1, 2, 4), search],
    ["other requirements", selfie, { ...search, requirements: { minimumConfidence: 90 } as never }],
    ["an import", selfie, { ...search, urgency: "bulk" }],
    ["all faces", selfie, { ...search, embedLargest: 100 }],
  ])("does not answer for %s", async (_what, bytes, request) => {
    const cache = new SearchedImageCache(recognizer, minute);
    await cache.analyze(selfie.slice(), search);
    await cache.analyze(bytes.slice(), request);
    expect(analyzed).toBe(2);
  });

  test("tries again what failed", async () => {
    const cache = new SearchedImageCache(recognizer, minute);
    failures = 1;
    await expect(cache.analyze(selfie.slice(), search)).rejects.toThrow("of no interest");
    await expect(cache.analyze(selfie.slice(), search)).resolves.toMatchObject({ width: 80 });
  });

  test("forgets", async () => {
    const cache = new SearchedImageCache(recognizer, 1);
    while (analyzed < 2) {
      await cache.analyze(selfie.slice(), search);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  });
});
