import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { CreateCollectionCommand, RekognitionClient } from "@aws-sdk/client-rekognition";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "@jest/globals";
import { developmentCredential } from "../src/boot/config.ts";
import { packageRoot } from "../src/system/packageRoot.ts";
import { makeDrawnFacesPacks } from "./support/drawnFaces/pack.ts";
import { type NpmRegistry, packTarball, startNpmRegistry } from "./support/npmRegistry.ts";
import { type ServerProcess, startServerProcess } from "./support/serverProcess.ts";

/** The preferred pack is `drawn-faces`, whose publisher is away; `drawn-faces-small` lies in an npm package. */
const entry = "dist/test/support/npmFaces.js";

let published: string;
let files: { readonly detector: string; readonly large: string; readonly small: string };
let registry: NpmRegistry;
let folder: string;
let service: ServerProcess | undefined;
let lines: string[];

beforeAll(async () => {
  published = await mkdtemp(path.join(tmpdir(), "cameo-published-"));
  const [large, small] = await makeDrawnFacesPacks(published);
  const nameOf = (pack: typeof large, part: "detector" | "embedder") => {
    const model = part === "detector" ? pack?.detector : pack?.embedders[0]?.model;
    return model?.files[0]?.path ?? "";
  };
  files = {
    detector: nameOf(large, "detector"),
    large: nameOf(large, "embedder"),
    small: nameOf(small, "embedder"),
  };
  const identity = { name: "drawn-faces", version: "1.0.0" };
  const inPackage = [files.detector, files.small].map(
    async (name) => [name, await readFile(path.join(published, name))] as const,
  );
  const tarball = await packTarball({
    ...identity,
    files: Object.fromEntries(await Promise.all(inPackage)),
  });
  await writeFile(path.join(published, "package.tgz"), tarball);
  registry = await startNpmRegistry(identity, tarball);
});

afterAll(async () => {
  await registry.close();
  await rm(published, { recursive: true });
});

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "cameo-choosing-"));
  lines = [];
});

afterEach(async () => {
  await service?.stop();
  service = undefined;
  await rm(folder, { recursive: true });
});

const models = () => path.join(folder, "models");

const environment = (isOnline: boolean) => ({
  ...registry.env,
  ...(!isOnline && { npm_config_registry: "http://127.0.0.1:1" }),
  TEST_PUBLISHED: published,
  CAMEO_PORT: "0",
  CAMEO_METRICS_PORT: "0",
  CAMEO_MODELS_DIR: models(),
  CAMEO_DATA_DIR: path.join(folder, "data"),
  CAMEO_MODEL_PACK: "",
});

async function start({ isOnline = false } = {}): Promise<ServerProcess> {
  await service?.stop();
  service = undefined;
  service = await startServerProcess({
    command: [entry],
    env: environment(isOnline),
    announcement: /Cameo answers at (https?:\S+?)"/,
    onLine: (line) => void lines.push(line),
  });
  return service;
}

async function readiness(): Promise<{ readonly modelPack?: string; readonly notice?: string }> {
  const response = await fetch(new URL("/readyz", service?.endpoint));
  return (await response.json()) as { readonly modelPack?: string; readonly notice?: string };
}

async function create(...names: string[]): Promise<void> {
  const { endpoint } = service as ServerProcess;
  const client = new RekognitionClient({
    endpoint,
    region: "us-east-1",
    credentials: developmentCredential,
    maxAttempts: 1,
  });
  for (const CollectionId of names) await client.send(new CreateCollectionCommand({ CollectionId }));
  client.destroy();
}

const put = (name: string) => cp(path.join(published, name), path.join(models(), name));

const warningsIn = (printed: readonly string[]): string[] =>
  printed
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as { readonly level: number; readonly msg: string })
    .filter(({ level }) => level === 40)
    .map(({ msg }) => msg);

test("with its npm registry alone a first start takes the second choice, and says so everywhere", async () => {
  const { printed } = await start({ isOnline: true });
  const { modelPack, notice } = await readiness();
  expect(modelPack).toBe("drawn-faces-small");
  expect(notice).toMatch(
    /^New collections are made with the model pack "drawn-faces-small", because "drawn-faces" could not be had: it tells fewer people apart\. .*npm run models -- drawn-faces.*CAMEO_MODEL_PACK=drawn-faces.*cameo reindex/,
  );
  expect(warningsIn(printed)).toContain(notice);

  await create("first", "second");
  const told = () => warningsIn(lines).filter((message) => message === `a collection was made: ${notice}`);
  while (told().length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(told()).toHaveLength(1);

  const metrics = /Metrics are at (\S+?)"/.exec(lines.join("\n"))?.[1];
  expect(await (await fetch(`${metrics}`)).text()).toContain("\ncameo_model_pack_fallback 1\n");

  // Without any network, the second start is quick, and keeps to it.
  const began = performance.now();
  await start();
  expect(performance.now() - began).toBeLessThan(10_000);
  expect(await readiness()).toMatchObject({
    modelPack: "drawn-faces-small",
    notice: expect.stringContaining("as the newest collection was"),
  });
});

test("without a network a start takes the second choice where only that lies in the models folder", async () => {
  await put(files.detector);
  await put(files.small);
  await start();
  expect(await readiness()).toMatchObject({
    modelPack: "drawn-faces-small",
    notice: expect.stringContaining("whose files lie here"),
  });
});

test("what is preferred is taken, without a word, where it lies in the models folder", async () => {
  for (const name of Object.values(files)) await put(name);
  await start();
  expect(await readiness()).toEqual({
    ready: true,
    checks: { database: "ok", models: "ok" },
    modelPack: "drawn-faces",
  });
});

test("a database keeps to the pack of its newest collection, or nothing starts", async () => {
  await put(files.detector);
  await put(files.small);
  await start();
  await create("mine");
  await put(files.large);
  await start();
  expect(await readiness()).toMatchObject({ modelPack: "drawn-faces-small" });

  await service?.stop();
  await rm(path.join(models(), files.small));
  await expect(start()).rejects.toThrow(/The model pack "drawn-faces-small" lacks 1 file/);
});

test("where no pack can be had the start says what each lacks, in seconds", async () => {
  const began = performance.now();
  const failure: unknown = await start().catch((error: unknown) => error);
  expect(performance.now() - began).toBeLessThan(30_000);
  const { message } = failure as Error;
  expect(message).toContain('The model pack "drawn-faces" lacks 2 file(s)');
  expect(message).toContain('The model pack "drawn-faces-small" lacks 2 file(s)');
  expect(message).toMatch(/npm package drawn-faces@1\.0\.0: the npm registry cannot be reached/);
});

test("`cameo models` fetches the best that can be had, and says which", async () => {
  const run = promisify(execFile)(process.execPath, [entry, "models"], {
    cwd: packageRoot,
    env: { ...process.env, NODE_OPTIONS: "", ...environment(true) },
  });
  const { stdout, stderr } = await run;
  expect(stdout).toContain(`Ready in ${models()}: drawn-faces-small\n`);
  expect(stdout).toContain("npm fetches the package drawn-faces@1.0.0");
  expect(stderr).toContain('because "drawn-faces" could not be had: it tells fewer people apart.');
});
