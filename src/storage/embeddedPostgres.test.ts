import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { prepareTrap } from "../../test/support/prepareTrap.ts";
import { EmbeddedPostgres } from "./embeddedPostgres.ts";
import { isOutage } from "./outage.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "cameo-embedded-"));
});
afterAll(() => rm(folder, { recursive: true }));

test("one that crashes says so, answers nothing more, and has what was committed when it is opened again", async () => {
  const trap = prepareTrap();
  const crashes: Error[] = [];
  const postgres = await EmbeddedPostgres.open(folder, (error) => void crashes.push(error));
  await postgres.exec("create table marks (mark int); insert into marks values (1)");

  trap();
  const crashed = await postgres.exec("insert into marks values (2)").catch((error: unknown) => error);
  expect(crashed).toMatchObject({ name: "DatabaseCrashedError", cause: { name: "RuntimeError" } });
  expect(isOutage(crashed)).toBe(true);
  expect(crashes).toEqual([crashed]);

  const ofTransaction = postgres.transaction((transaction) => transaction.query("select 1"));
  await expect(ofTransaction).rejects.toBe(crashed);
  await expect(postgres.query("select * from marks")).rejects.toBe(crashed);
  await postgres.close();
  expect(crashes).toHaveLength(1);

  const again = await EmbeddedPostgres.open(folder, (error) => void crashes.push(error));
  expect((await again.query("select mark from marks")).rows).toEqual([{ mark: 1 }]);
  await expect(again.query("select nothing")).rejects.toMatchObject({ code: "42703" });
  await again.close();
  expect(crashes).toHaveLength(1);
}, 60_000);
