import { type AlbumSummary, mostWrong } from "./album.ts";
import { costTable, type SetCost } from "./cost.ts";
import type { PackSummary } from "./measurePack.ts";
import { oneIn, percent, type Section } from "./report.ts";

/** Widths of small faces, in pixels, at which packs are compared. */
const comparedWidths: readonly number[] = [16, 20, 24, 30, 40, 60];

/** Sets whose faces as they come are compared: they have many in the background that no label counts. */
const comparedSets: readonly string[] = ["lfw", "album_lfw"];

/** Several packs, measured in one run on the same photos. */
export function sideBySide(summaries: readonly PackSummary[], costs: readonly SetCost[]): Section {
  const packs = summaries.map(({ pack }) => pack);
  const figures = summaries.map((summary) => new Map(figuresOf(summary)));
  return {
    title: "Side by side",
    text: `What follows by pack, in short. Images that are made (sheets, large images, spoiled photos) are the same for all: shrunk and cut by the boxes of ${packs[0]}. The best threshold of an album is chosen on the album itself, which flatters all packs alike. Times are of this machine and of what else it does; what counts are the ratios: the middle one of those of single photos.`,
    tables: [
      {
        caption: "What is recognised",
        columns: ["what", ...packs],
        rows: [...(figures[0]?.keys() ?? [])].map((what) => [
          what,
          ...figures.map((told) => told.get(what) ?? "-"),
        ]),
      },
      costTable(packs, costs),
    ],
    pictures: [],
  };
}

type Figure = readonly [what: string, told: string];

function figuresOf({ rates, verifications, albums, detection, filters }: PackSummary): Figure[] {
  const { sets, sheets, sheetFaces, large, closeUp } = detection;
  return [
    ...verifications.flatMap(({ name, largest, centre }): Figure[] => [
      [`${name} pairs, largest face`, largest.toFixed(4)],
      [`${name} pairs, face nearest to the middle`, centre.toFixed(4)],
    ]),
    ["lfw: TMR at Similarity 80", percent(rates.trueMatchRate)],
    ["lfw: FMR at Similarity 80", oneIn(rates.falseMatchRate)],
    ...albums.flatMap(albumFigures),
    ...sets.map(
      ({ name, labelled, found, surplus }): Figure => [
        `${name}: found of ${labelled} faces, false or unlabelled`,
        `${found}, ${surplus}`,
      ],
    ),
    ...sheets
      .filter(({ width }) => comparedWidths.includes(width))
      .map(({ width, found }): Figure => [`faces of ${width} pixels: found of ${sheetFaces}`, `${found}`]),
    [`24 megapixels: found of ${sheetFaces}`, `${large}`],
    ["one face that fills the frame: found", `${closeUp}`],
    ...filters.sets
      .filter(({ name }) => comparedSets.includes(name))
      .flatMap(({ name, faces, droppedByAuto }): Figure[] => [
        [`${name}: all faces found, in the background too`, faces.toLocaleString("en")],
        [`${name}: dropped by QualityFilter AUTO`, percent(droppedByAuto)],
      ]),
  ];
}

function albumFigures({ name, truths, at80, best }: AlbumSummary & { readonly name: string }): Figure[] {
  return [
    [`${name} at Similarity 80: found of ${truths}`, `${at80.found}`],
    [`${name} at Similarity 80: recall`, percent(at80.recall)],
    [`${name} at Similarity 80: wrong`, `${at80.wrong} (${percent(at80.wrongShare)})`],
    [
      `${name}: best recall with at most ${100 * mostWrong} % wrong`,
      best === undefined
        ? "-"
        : `${percent(best.recall)} (${best.wrong} wrong, from Similarity ${best.similarity.toFixed(1)})`,
    ],
  ];
}
