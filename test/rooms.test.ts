import { readdir, readFile } from "node:fs/promises";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { circlesIn, type Import, importsOf } from "./support/imports.ts";

/** The rooms of `docs/architecture.md`, from the top down: a room may know those below it, and none above. */
const rooms = [
  "src/main.ts",
  "src/cli",
  "models",
  "src/boot",
  "src/server",
  "src/operations",
  "src/housekeeping",
  "src/images",
  "src/storage",
  "src/packs",
  "src/recognition",
  "src/nets",
  "src/telemetry",
  "src/access",
  "protocol",
  "src/system",
] as const;

type Room = (typeof rooms)[number];

/** What a room must not know although it lies below; the reasons stand in `docs/architecture.md`. */
const strangers: Readonly<Partial<Record<Room, readonly Room[]>>> = {
  "src/server": ["src/recognition", "src/housekeeping", "src/images", "src/nets"],
  "src/operations": ["src/packs", "src/nets", "src/access"],
  "src/housekeeping": ["src/packs", "src/recognition", "src/nets", "src/access"],
  "src/images": ["src/storage", "src/packs", "src/recognition", "src/nets"],
  "src/storage": ["src/packs", "src/nets", "src/telemetry", "src/access", "protocol"],
  "src/packs": ["src/telemetry", "src/access", "protocol"],
  "src/recognition": ["src/nets", "src/telemetry", "src/access", "protocol"],
  "src/nets": ["src/telemetry", "src/access", "protocol", "src/system"],
};

/** Of recognition, what loads no net, no decoder and no kernel. */
const light = ["contract", "geometry", "similarity"].map((name) => `src/recognition/${name}.ts`);

let imports: Import[];

beforeAll(async () => {
  imports = await importsOf(["src", "protocol", "models"]);
});

const roomOf = (file: string): Room | undefined =>
  rooms.find((room) => file === room || file.startsWith(`${room}/`));

const told = ({ from, to }: Import) => `${from} -> ${to}`;

test("there is no circle of imports, types counted", () => {
  expect(imports.length).toBeGreaterThan(500);
  expect(circlesIn(imports)).toEqual([]);
});

test("a circle is seen", () => {
  const arrow = (from: string, to: string): Import => ({ from, to, isTypeOnly: true });
  const circle = [arrow("a", "b"), arrow("b", "c"), arrow("c", "a"), arrow("c", "d")];
  expect(circlesIn(circle)).toEqual([["a", "b", "c"]]);
});

test("every file of src lies in a room", () => {
  const homeless = imports.map(({ from }) => from).filter((file) => roomOf(file) === undefined);
  expect(homeless).toEqual([]);
});

test("no room knows one above it", () => {
  const upward = imports.filter(({ from, to }) => {
    const [here, there] = [roomOf(from), roomOf(to)];
    return here !== undefined && there !== undefined && rooms.indexOf(there) < rooms.indexOf(here);
  });
  expect(upward.map(told)).toEqual([]);
});

describe("rooms that must not know each other", () => {
  test.each(Object.entries(strangers))("%s", (room, unknown) => {
    const known = imports.filter(
      ({ from, to }) => roomOf(from) === room && unknown.some((other) => other === roomOf(to)),
    );
    expect(known.map(told)).toEqual([]);
  });
});

test("outside recognition and what opens it, only its light parts are loaded", () => {
  const opensIt = /^src\/boot\/openServices\.ts$/;
  const heavy = imports.filter(
    ({ from, to, isTypeOnly }) =>
      !isTypeOnly &&
      !from.startsWith("src/recognition/") &&
      !opensIt.test(from) &&
      to.startsWith("src/recognition/") &&
      !light.includes(to),
  );
  expect(heavy.map(told)).toEqual([]);
});

test("one file runs nets; another sees to it that onnxruntime tells nobody of them", async () => {
  const files = (await readdir("src", { recursive: true })).filter((file) => /(?<!\.test)\.ts$/.test(file));
  const knowing = await Promise.all(
    files.map(async (file) =>
      /^import (?!type)[^;]*"onnxruntime-node"/m.test(await readFile(`src/${file}`, "utf8")) ? [file] : [],
    ),
  );
  expect(knowing.flat().sort()).toEqual(["recognition/net.ts", "recognition/pool/threadPool.ts"]);
});
