import { expect, test } from "@jest/globals";
import { costTable, type PhotoCost } from "./cost.ts";

const cost = (decode: number, detect: number, embed: number, faces: number): PhotoCost => ({
  whole: decode + detect + embed + 1,
  processor: decode + detect,
  timings: { decode, detect, attributes: 0, embed },
  faces,
});

test("tells faces and medians by pack, and the median of the photos' own ratios", () => {
  const { columns, rows } = costTable(
    ["old", "new"],
    [
      {
        set: "album",
        byPack: [
          [cost(4, 10, 5, 2), cost(4, 20, 35, 3), cost(4, 45, 50, 10)],
          [cost(4, 5, 0, 0), cost(8, 36, 75, 4), cost(4, 45, 50, 10)],
        ],
      },
    ],
  );
  expect(columns).toEqual(["photos", "measure", "old", "new", "new / old"]);
  expect(rows.map(([photos]) => photos)).toEqual(Array(8).fill("album"));
  expect(rows.map((row) => row.slice(1))).toEqual([
    ["faces on all 3", 15, 14, "0.93"],
    ["a photo", "60.0", "100.0", "1.00"],
    // A photo without a face says nothing of what a face costs.
    ["a face", "10.0", "30.0", "1.50"],
    ["processor time, a photo", "24.0", "44.0", "1.00"],
    ["decode, a photo", "4.0", "4.0", "1.00"],
    ["detect, a photo", "20.0", "36.0", "1.00"],
    // Nothing was done, so that nothing can be compared.
    ["attributes, a photo", "0.0", "0.0", "-"],
    ["embed, a photo", "35.0", "50.0", "1.00"],
  ]);
});
