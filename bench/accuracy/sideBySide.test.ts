import { expect, test } from "@jest/globals";
import type { PackSummary } from "./measurePack.ts";
import { sideBySide } from "./sideBySide.ts";

const old: PackSummary = {
  pack: "old",
  rates: { falseMatchRate: 1 / 8000, trueMatchRate: 0.975 },
  verifications: [{ name: "lfw", largest: 0.995, centre: 0.9972 }],
  albums: [
    {
      name: "album",
      truths: 200,
      at80: { found: 190, wrong: 10, recall: 0.95, wrongShare: 0.05 },
      best: { found: 188, wrong: 1, recall: 0.94, wrongShare: 1 / 189, threshold: 0.4, similarity: 81.25 },
    },
  ],
  detection: {
    sets: [{ name: "set", photos: 3, labelled: 5, found: 4, surplus: 2 }],
    sheets: [
      { width: 8, found: 0 },
      { width: 16, found: 9 },
    ],
    sheetFaces: 40,
    large: 39,
    closeUp: 1,
  },
  filters: {
    sets: [
      { name: "lfw", faces: 2726, droppedByAuto: 0.0062 },
      { name: "set", faces: 6, droppedByAuto: 0.5 },
    ],
  },
};

test("tells each figure of each pack", () => {
  const [album] = old.albums;
  const { tables } = sideBySide(
    [old, { ...old, pack: "new", albums: album === undefined ? [] : [{ ...album, best: undefined }] }],
    [],
  );
  expect(tables[0]).toMatchObject({
    columns: ["what", "old", "new"],
    rows: [
      ["lfw pairs, largest face", "0.9950", "0.9950"],
      ["lfw pairs, face nearest to the middle", "0.9972", "0.9972"],
      ["lfw: TMR at Similarity 80", "97.50 %", "97.50 %"],
      ["lfw: FMR at Similarity 80", "1 in 8,000", "1 in 8,000"],
      ["album at Similarity 80: found of 200", "190", "190"],
      ["album at Similarity 80: recall", "95.00 %", "95.00 %"],
      ["album at Similarity 80: wrong", "10 (5.00 %)", "10 (5.00 %)"],
      ["album: best recall with at most 1 % wrong", "94.00 % (1 wrong, from Similarity 81.3)", "-"],
      ["set: found of 5 faces, false or unlabelled", "4, 2", "4, 2"],
      ["faces of 16 pixels: found of 40", "9", "9"],
      ["24 megapixels: found of 40", "39", "39"],
      ["one face that fills the frame: found", "1", "1"],
      ["lfw: all faces found, in the background too", "2,726", "2,726"],
      ["lfw: dropped by QualityFilter AUTO", "0.62 %", "0.62 %"],
    ],
  });
});
