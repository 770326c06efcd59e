import { beforeEach, describe, expect, test } from "@jest/globals";
import { packs as known } from "../../models/packs.ts";
import { choosePack, type ModelCatalogue } from "./choosePack.ts";
import { UnknownModelPackError } from "./findPack.ts";
import type { ModelPack } from "./pack.ts";
import { ModelsMissingError } from "./prepare.ts";

const [some] = known;
if (some === undefined) throw new Error("There is a pack");
const pack = (name: string, rest: Partial<ModelPack> = {}): ModelPack => ({ ...some, name, ...rest });

const catalogue: ModelCatalogue = {
  packs: [pack("best"), pack("second", { weaker: "it sees less" }), pack("other")],
  preferred: ["best", "second"],
};

let atHand: Set<string>;
let fetchable: Set<string>;
let opened: string[];

beforeEach(() => {
  [atHand, fetchable, opened] = [new Set(), new Set(), []];
});

const choose = (wish: { readonly named?: string; readonly kept?: string } = {}) =>
  choosePack(
    { catalogue, named: wish.named, kept: wish.kept },
    {
      isAtHand: async ({ name }) => atHand.has(name),
      open: async (pack) => {
        opened.push(pack.name);
        if (atHand.has(pack.name) || fetchable.has(pack.name)) return `opened ${pack.name}`;
        throw new ModelsMissingError([{ pack, missing: [] }], "models");
      },
    },
  );

describe("the pack of new collections", () => {
  test.each<[string, string[], string[], string, string | undefined]>([
    ["the best, where it lies here", ["best", "second"], [], "best", undefined],
    ["the second, where only that lies here: nobody is asked", ["second"], ["best"], "second", "lie here"],
    ["the best, where nothing lies here and it can be fetched", [], ["best", "second"], "best", undefined],
    [
      "the second, where only that can be fetched",
      [],
      ["second"],
      "second",
      "could not be had: it sees less.",
    ],
  ])("is %s", async (_, here, there, expected, notice) => {
    [atHand, fetchable] = [new Set(here), new Set(there)];
    const choice = await choose();
    expect(choice).toMatchObject({ pack: { name: expected }, opened: `opened ${expected}` });
    if (notice === undefined) expect(choice.notice).toBeUndefined();
    else expect(choice.notice).toContain(notice);
  });

  test("is the one that is named, and that needs no notice", async () => {
    atHand = new Set(["best", "second"]);
    expect(await choose({ named: "second", kept: "best" })).toMatchObject({
      pack: { name: "second" },
      notice: undefined,
    });
    await expect(choose({ named: "none" })).rejects.toThrow(UnknownModelPackError);
  });

  test("is the newest collection's, and nothing else when that cannot be had", async () => {
    atHand = new Set(["best", "second"]);
    const choice = await choose({ kept: "second" });
    expect(choice.notice).toContain("as the newest collection was");
    await expect(choose({ kept: "other" })).rejects.toThrow('The model pack "other" lacks');
    expect(opened).toEqual(["second", "other"]);
  });

  test("tells of each that was preferred and could not be had", async () => {
    fetchable = new Set(["second"]);
    expect((await choose()).lacking.map(({ pack }) => pack.name)).toEqual(["best"]);
    fetchable = new Set();
    await expect(choose()).rejects.toThrow(/"best" lacks.*"second" lacks/s);
  });

  test("is none when opening fails for another reason", async () => {
    const failing = choosePack(
      { catalogue, named: undefined },
      { isAtHand: async () => false, open: () => Promise.reject(new RangeError("no memory")) },
    );
    await expect(failing).rejects.toThrow(RangeError);
  });
});
