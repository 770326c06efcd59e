import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { startServiceProcess } from "./support/serviceProcess.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "cameo-telemetry-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("onnxruntime keeps no device id and no events to send: its telemetry is off", async () => {
  const home = path.join(folder, "home");
  await mkdir(home);
  const service = await startServiceProcess({
    models: "drawn-faces",
    env: {
      HOME: home,
      ORT_DISABLE_TELEMETRY: "",
      CAMEO_DATA_DIR: path.join(folder, "data"),
      CAMEO_MODELS_DIR: path.join(folder, "models"),
      CAMEO_WORKERS: "1",
    },
  });
  await service.stop("SIGTERM");
  expect(await readdir(home)).toEqual([]);
});
