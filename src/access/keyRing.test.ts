import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import pino from "pino";
import { followKeyFile, KeyRing } from "./keyRing.ts";

let folder: string;
let ring: KeyRing;
let lines: Record<string, unknown>[];
let stop: () => void;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "key-ring-"));
  [ring, lines, stop] = [new KeyRing([]), [], () => {}];
});
afterEach(async () => {
  stop();
  await rm(folder, { recursive: true });
});

const follow = (file: string) => {
  const log = pino({ base: null }, { write: (line) => void lines.push(JSON.parse(line)) });
  stop = followKeyFile(ring, file, log, 10);
};
const keys = (...ids: string[]) =>
  JSON.stringify({
    accessKeys: ids.map((accessKeyId) => ({ accessKeyId, secretAccessKey: `hush-${accessKeyId}` })),
  });
const toldOf = (fault: string) =>
  lines.some(({ level, faults }) => level === 50 && (faults as string[]).includes(fault));
const until = async (holds: () => boolean) => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
};

test("a file that is written or replaced gives its keys at once, and takes those that are gone", async () => {
  const file = path.join(folder, "keys");
  await writeFile(file, keys("first"));
  follow(file);
  expect(ring.find("first")?.secretAccessKey).toBe("hush-first");

  await writeFile(file, keys("first", "second"));
  await until(() => ring.find("second") !== undefined);
  expect(ring.find("first")).toBeDefined();

  await writeFile(`${file}.new`, keys("third"));
  await rename(`${file}.new`, file);
  await until(() => ring.find("third") !== undefined);
  expect(ring.find("first")).toBeUndefined();
});

test("the links of a Kubernetes secret may be turned to another version", async () => {
  const version = async (name: string, text: string) => {
    await mkdir(path.join(folder, name));
    await writeFile(path.join(folder, name, "keys"), text);
    await symlink(name, path.join(folder, "..data.new"));
    await rename(path.join(folder, "..data.new"), path.join(folder, "..data"));
  };
  await version("..1", keys("first"));
  await symlink("..data/keys", path.join(folder, "keys"));
  follow(path.join(folder, "keys"));
  await version("..2", keys("second"));
  await until(() => ring.find("second") !== undefined);
  expect(ring.find("first")).toBeUndefined();
});

test("a file that is broken or gone leaves the keys, and is an error of the log without a secret", async () => {
  const file = path.join(folder, "keys");
  await writeFile(file, keys("first"));
  follow(file);
  await writeFile(file, keys("second").slice(0, -2));
  await until(() => toldOf("is no JSON"));
  expect(ring.find("first")).toBeDefined();

  await rm(file);
  await until(() => toldOf("names a file that cannot be read"));
  expect(ring.find("first")).toBeDefined();
  expect(JSON.stringify(lines)).not.toContain("hush");
});
