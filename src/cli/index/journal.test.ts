import { appendFile, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { Journal } from "./journal.ts";

describe("Journal", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "cameo-journal-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const subject = { collection: "album", of: "Zoë" };
  const open = (name: string) => Journal.open<{ path: string }>(path.join(folder, name), subject);

  test("has what was written before, whole lines only", async () => {
    const first = await open("killed");
    await first.append({ path: "Zoë.jpg" });
    await first.close();
    await appendFile(path.join(folder, "killed"), '{"path":"cut o');
    const second = await open("killed");
    expect(second.entries).toEqual([{ path: "Zoë.jpg" }]);
    await second.append({ path: "2.jpg" });
    await second.close();
    const third = await open("killed");
    expect(third.entries).toEqual([{ path: "Zoë.jpg" }, { path: "2.jpg" }]);
    await third.close();
  });

  test("refuses what is of another run, and leaves it as it is", async () => {
    await (await open("other")).close();
    const before = await readFile(path.join(folder, "other"), "utf8");
    await expect(Journal.open(path.join(folder, "other"), { collection: "album-2" })).rejects.toThrow(
      /is of another run[\s\S]*--state FILE/,
    );
    expect(await readFile(path.join(folder, "other"), "utf8")).toBe(before);
  });
});
