import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { packageRoot } from "../system/packageRoot.ts";
import { FolderInUseError, lockFolder } from "./folderLock.ts";

describe("lockFolder", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "cameo-lock-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  test("a folder is taken once, and again after it was let go", async () => {
    const unlock = await lockFolder(folder);
    await expect(lockFolder(folder)).rejects.toBeInstanceOf(FolderInUseError);
    await unlock();
    await (await lockFolder(folder))();
  });

  test("a process that was killed leaves no lock behind", async () => {
    const code = `
      const { lockFolder } = await import(${JSON.stringify(pathToFileURL(path.join(packageRoot, "dist/src/storage/folderLock.js")).href)});
      await lockFolder(${JSON.stringify(folder)});
      console.log("locked");
      setInterval(() => {}, 1000);
    `;
    const child = spawn(process.execPath, ["--input-type=module", "--eval", code], {
      stdio: ["ignore", "pipe", "ignore"],
      env: { ...process.env, NODE_OPTIONS: "" },
    });
    try {
      await once(child.stdout, "data");
      await expect(lockFolder(folder)).rejects.toBeInstanceOf(FolderInUseError);
    } finally {
      child.kill("SIGKILL");
      await once(child, "exit");
    }
    expect(existsSync(path.join(folder, "cameo.lock"))).toBe(true);
    await (await lockFolder(folder))();
  });

  test("the error tells the folder and the ways out", async () => {
    const unlock = await lockFolder(folder);
    await expect(lockFolder(folder)).rejects.toThrow(new RegExp(`${folder}.*DATABASE_URL`));
    await unlock();
  });
});
