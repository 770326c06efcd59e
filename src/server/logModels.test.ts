import { describe, expect, test } from "@jest/globals";
import pino from "pino";
import type { ModelFile } from "../packs/pack.ts";
import { logModels } from "./logModels.ts";

const file: ModelFile = { path: "zoo/net.bin", bytes: 1000, sha256: "", sources: [] };

/** A log that keeps its lines. */
function recordingLog() {
  const lines: { readonly level: number; readonly msg: string }[] = [];
  return { lines, log: pino({ base: null }, { write: (line) => void lines.push(JSON.parse(line)) }) };
}

describe("logModels", () => {
  test("writes a line for each tenth of a file, however many pieces it comes in", () => {
    const { lines, log } = recordingLog();
    const { progress } = logModels(log);
    for (let received = 1; received <= 1000; received++) progress(file, received);
    expect(lines).toHaveLength(11);
    expect(lines.at(-1)).toMatchObject({
      file: "zoo/net.bin",
      received: 1000,
      bytes: 1000,
      msg: "fetching models: zoo/net.bin 100 %",
    });
  });

  test("keeps files apart", () => {
    const { lines, log } = recordingLog();
    const { progress } = logModels(log);
    progress(file, 500);
    progress({ ...file, path: "zoo/net.xml" }, 500);
    progress(file, 510);
    expect(lines.map(({ msg }) => msg)).toEqual([
      "fetching models: zoo/net.bin 50 %",
      "fetching models: zoo/net.xml 50 %",
    ]);
  });

  test("says where a file came from, what takes its time, and warns", () => {
    const { lines, log } = recordingLog();
    const { note, ready, warn } = logModels(log);
    note?.("npm fetches the package nets@1.0.0");
    ready(file, "http://mirror/zoo/net.bin");
    warn("net.bin is damaged");
    expect(lines).toMatchObject([
      { level: 30, msg: "npm fetches the package nets@1.0.0" },
      { level: 30, msg: "model ready: zoo/net.bin", from: "http://mirror/zoo/net.bin" },
      { level: 40, msg: "net.bin is damaged" },
    ]);
  });
});
