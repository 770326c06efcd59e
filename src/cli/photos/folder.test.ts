import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { UsageError } from "../command.ts";
import { openFolder } from "./folder.ts";

describe("openFolder", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "cameo-photos-"));
    await mkdir(path.join(folder, "b/c"), { recursive: true });
    await mkdir(path.join(folder, ".thumbnails"));
    for (const file of ["z.JPG", "b/c/2.png", "b/1.jpeg", "a.txt", "b/._1.jpeg", ".thumbnails/t.jpg"]) {
      await writeFile(path.join(folder, file), file);
    }
    await symlink("z.JPG", path.join(folder, "link.jpg"));
    await symlink("nowhere", path.join(folder, "dangling.jpg"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test("finds photos in all folders, in the order of their paths, and counts the rest", async () => {
    const { photos, leftOut } = await openFolder(folder);
    expect(photos.map((photo) => photo.path)).toEqual(["b/1.jpeg", "b/c/2.png", "link.jpg", "z.JPG"]);
    expect(leftOut).toBe(3);
  });

  test("reads a file into a buffer of its own", async () => {
    const bytes = await (await openFolder(folder)).photos[0]?.read();
    expect(Buffer.from(bytes ?? []).toString()).toBe("b/1.jpeg");
    expect(bytes?.buffer.byteLength).toBe(bytes?.byteLength);
  });

  test("a file that is changed has another stamp", async () => {
    const stampOf = async () => (await openFolder(folder)).photos.at(-1)?.stamp;
    const stamp = await stampOf();
    expect(await stampOf()).toBe(stamp);
    await writeFile(path.join(folder, "z.JPG"), "something longer");
    expect(await stampOf()).not.toBe(stamp);
  });

  test("a folder that there is not is a wrong word", async () => {
    await expect(openFolder(path.join(folder, "none"))).rejects.toBeInstanceOf(UsageError);
  });
});
