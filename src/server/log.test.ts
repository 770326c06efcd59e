import { Writable } from "node:stream";
import { expect, test } from "@jest/globals";
import { DrizzleQueryError } from "drizzle-orm";
import { createLog } from "./log.ts";

test("a failed query is logged with its cause, and without its parameters", () => {
  const lines: string[] = [];
  const destination = new Writable({
    write: (chunk, _encoding, done) => {
      lines.push(String(chunk));
      done();
    },
  });
  const err = new DrizzleQueryError(
    "insert into faces values ($1)",
    ["an embedding"],
    new Error("disk full"),
  );
  createLog("info", destination).error({ err });
  expect(lines.join("")).toContain("disk full");
  expect(lines.join("")).toContain("insert into faces");
  expect(lines.join("")).not.toContain("an embedding");
});
