import { afterEach, expect, jest, test } from "@jest/globals";
import type { ModelPack } from "../../packs/pack.ts";
import { PackUnavailableError, type Recognizer } from "../contract.ts";
import { LazyRecognizer } from "./lazyRecognizer.ts";

const pack = { name: "some" } as ModelPack;
const request = { embedLargest: 1, urgency: "bulk" } as const;
const timings = { queue: 0, decode: 0, detect: 0, attributes: 0, embed: 0 };
const image = { width: 1, height: 1, faces: [], timings };
const threads = { waiting: 3, queueLimit: 10, expectedThreads: 4, threads: 4, busy: 4, lost: 0 };
const load = { interactive: threads, bulk: threads };
const bytes = new Uint8Array(1);

function opened() {
  return {
    pack,
    analyze: jest.fn(async () => image),
    load: () => load,
    check: jest.fn(async () => undefined),
    close: jest.fn(async () => undefined),
  } satisfies Recognizer;
}

afterEach(() => {
  jest.useRealTimers();
});

test("opens when the first image comes, once for all", async () => {
  const recognizer = opened();
  const open = jest.fn(async () => recognizer);
  const lazy = new LazyRecognizer(pack, open);
  expect(lazy.pack).toBe(pack);
  expect(open).not.toHaveBeenCalled();
  expect(lazy.load()).toMatchObject({ interactive: { threads: 0, busy: 0 }, bulk: { threads: 0 } });
  const answers = await Promise.all([lazy.analyze(bytes, request), lazy.analyze(bytes, request)]);
  expect(answers).toEqual([image, image]);
  expect(open).toHaveBeenCalledTimes(1);
  expect(lazy.load()).toBe(load);
  await lazy.close();
  expect(recognizer.close).toHaveBeenCalledTimes(1);
});

test("closes without having been opened", async () => {
  const open = jest.fn(async () => opened());
  await new LazyRecognizer(pack, open).close();
  expect(open).not.toHaveBeenCalled();
});

test("tells why it cannot be opened, and tries again after a pause", async () => {
  jest.useFakeTimers({ doNotFake: ["nextTick"] });
  const cause = new Error("no weights");
  const open = jest.fn(async (): Promise<Recognizer> => opened()).mockRejectedValueOnce(cause);
  const lazy = new LazyRecognizer(pack, open);
  const refused = await lazy.analyze(bytes, request).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(PackUnavailableError);
  expect(refused).toMatchObject({ cause });
  jest.advanceTimersByTime(50_000);
  await expect(lazy.check()).rejects.toBe(refused);
  expect(open).toHaveBeenCalledTimes(1);
  jest.advanceTimersByTime(20_000);
  await expect(lazy.analyze(bytes, request)).resolves.toBe(image);
  expect(open).toHaveBeenCalledTimes(2);
  await lazy.close();
});
