import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type AccessKeyError, readAccessKeyFile, readOnlyOperations } from "./accessKeys.ts";

const key = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "hush-hush-hush" };

let folder: string;
let file: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "access-keys-"));
  file = path.join(folder, "keys");
});
afterAll(() => rm(folder, { recursive: true }));

const read = async (...accessKeys: object[]) => {
  await writeFile(file, JSON.stringify({ accessKeys }));
  return readAccessKeyFile(file);
};
const faultsOf = async (text: string): Promise<readonly string[]> => {
  await writeFile(file, text);
  try {
    readAccessKeyFile(file);
    return [];
  } catch (error) {
    return (error as AccessKeyError).faults;
  }
};

describe("a file of access keys in JSON", () => {
  test("a key with nothing but its pair may do everything, under its own name", async () => {
    expect(await read(key)).toEqual([
      {
        secretAccessKey: "hush-hush-hush",
        caller: { accessKeyId: "AKIDEXAMPLE", name: "AKIDEXAMPLE", rights: {} },
      },
    ]);
  });

  test("gives a key its name, rights and rates", async () => {
    const limited = {
      ...key,
      name: "search@shop",
      permissions: ["SearchFaces", "DetectFaces"],
      collections: ["album-*", "one", "*"],
      rateLimits: "SearchFaces=5,*=0.5:3",
    };
    expect(await read(limited)).toEqual([
      {
        secretAccessKey: "hush-hush-hush",
        caller: {
          accessKeyId: "AKIDEXAMPLE",
          name: "search@shop",
          rights: {
            operations: new Set(["SearchFaces", "DetectFaces"]),
            collections: ["album-*", "one", "*"],
          },
          rateLimits: new Map([
            ["SearchFaces", { perSecond: 5, burst: 5 }],
            ["*", { perSecond: 0.5, burst: 3 }],
          ]),
        },
      },
    ]);
  });

  test("read-only is a set of operations, none of which writes", async () => {
    const [reader] = await read({ ...key, permissions: "read-only" });
    expect(reader?.caller.rights.operations).toEqual(readOnlyOperations);
    expect(
      [...readOnlyOperations].filter((name) => !/^(Compare|Describe|Detect|List|Search)/.test(name)),
    ).toEqual([]);
  });

  test("the example of the docs is in order", async () => {
    const [, example = ""] = /```json\n(.*?)```/s.exec(await readFile("docs/security.md", "utf8")) ?? [];
    expect(await faultsOf(example)).toEqual([]);
  });

  test.each<[string, object]>([
    ["accessKeys[0].accessKeyId: must be ", { accessKeyId: "a" }],
    ["accessKeys[0].secretAccessKey: must be ", { secretAccessKey: "short" }],
    ["accessKeys[0].name: must be ", { name: "a/b" }],
    ["accessKeys[0].permissions: must be ", { permissions: "all" }],
    ["accessKeys[0].permissions: must not be empty", { permissions: [] }],
    ["accessKeys[0].permissions[1]: must be the name of", { permissions: ["IndexFaces", "IndexFace"] }],
    ["accessKeys[0].collections: must not be empty", { collections: [] }],
    ["accessKeys[0].collections[0]: must be a CollectionId", { collections: ["al*bum"] }],
    ["accessKeys[0].collections[0]: must be a CollectionId", { collections: [""] }],
    ["accessKeys[0].rateLimits: has IndexFace, ", { rateLimits: "IndexFace=5" }],
    ['accessKeys[0]: Unrecognized key: "right"', { right: "read-only" }],
  ])("%s", async (fault, change) => {
    expect(await faultsOf(JSON.stringify({ accessKeys: [{ ...key, ...change }] }))).toEqual([
      expect.stringContaining(fault),
    ]);
  });

  test.each([
    [
      "a key that comes twice",
      JSON.stringify({ accessKeys: [key, key] }),
      "has the access key AKIDEXAMPLE twice",
    ],
    ["no keys", '{"accessKeys":[]}', "holds no access key"],
    ["a list in another place", JSON.stringify({ keys: [key] }), "accessKeys: "],
    ["broken JSON", JSON.stringify({ accessKeys: [key] }).slice(0, -3), "is no JSON"],
  ])("%s is refused, without a secret in the fault", async (_, text, fault) => {
    const faults = await faultsOf(text);
    expect(faults[0]).toContain(fault);
    expect(faults.join()).not.toContain("hush");
  });
});
