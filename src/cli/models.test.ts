import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";
import { makeDrawnFacesPack } from "../../test/support/drawnFaces/pack.ts";
import type { ModelCatalogue } from "../packs/choosePack.ts";
import { ModelsMissingError } from "../packs/prepare.ts";
import { modelsCommand } from "./models.ts";

let folder: string;
let catalogue: ModelCatalogue;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "cameo-models-"));
  const pack = await makeDrawnFacesPack(path.join(folder, "published"));
  catalogue = { packs: [pack], preferred: [pack.name] };
  for (const method of ["log", "warn", "error"] as const) jest.spyOn(console, method).mockReturnValue();
});

afterEach(async () => {
  jest.restoreAllMocks();
  await rm(folder, { recursive: true });
});

/** Makes the pack ready in a folder that has, or lacks, its files. */
const run = (models: string, stop: AbortSignal) =>
  modelsCommand.run([], { env: { CAMEO_MODELS_DIR: path.join(folder, models) }, catalogue, stop });

const never = new AbortController().signal;

test("a pack whose files are there is ready", async () => {
  expect(await run("published", never)).toBe(0);
  expect(console.log).toHaveBeenLastCalledWith(`Ready in ${path.join(folder, "published")}: drawn-faces`);
});

test("files that cannot be had are told", async () => {
  await expect(run("elsewhere", never)).rejects.toBeInstanceOf(ModelsMissingError);
});

test("what fails after Ctrl-C was stopped, and lacks nothing", async () => {
  expect(await run("elsewhere", AbortSignal.abort())).toBe(130);
  expect(console.error).toHaveBeenLastCalledWith(expect.stringMatching(/^Stopped\./));
});
