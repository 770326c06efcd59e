import { readFile } from "node:fs/promises";
import { Analyzer } from "../../src/recognition/analyze.ts";
import { type AnalysisTimings, analysisParts, maximumFaces } from "../../src/recognition/contract.ts";
import { enlarge, twelveMegapixels } from "../load/photoSets.ts";
import { Progress } from "../support/progress.ts";
import { prepareNamed } from "./faceReader.ts";
import { filesOfSet, type LabelledPhotos, photosOf } from "./photos.ts";
import type { Table } from "./report.ts";
import { inTurns, medianOf, medianRatio } from "./turns.ts";

/** What one photo cost one pack. */
export interface PhotoCost {
  /** Milliseconds, over all that was done. */
  readonly whole: number;
  /** Milliseconds of processor time, which other work on the machine disturbs least. */
  readonly processor: number;
  readonly timings: AnalysisTimings;
  readonly faces: number;
}

/** What the photos of a set cost. */
export interface SetCost {
  readonly set: string;
  /** Of each pack, in the order in which they were named; each in the order of the photos. */
  readonly byPack: readonly (readonly PhotoCost[])[];
}

/** Photos as files in memory. */
interface PhotoSet {
  readonly set: string;
  /** The first few are not measured: with them the nets are warmed up. */
  readonly photos: readonly Uint8Array[];
}

/** Photos of each set whose times are thrown away. */
const warmingUp = 2;
const collages = 24;
const enlarged = 16;
const portraits = 120;

/**
 * Measures what photos cost each pack of those names: in this thread, each photo by one pack after another, begun by
 * another each time. No photo is analysed by a pack twice, and the decoder caches nothing, so that none is known from
 * before. To be called while nothing else is measured.
 *
 * @throws UnknownModelPackError, LicenceNotAcceptedError, ModelsMissingError
 */
export async function measureCost(names: readonly string[], labelled: LabelledPhotos): Promise<SetCost[]> {
  const analyzers: Analyzer[] = [];
  for (const name of names) {
    const prepared = await prepareNamed(name);
    analyzers.push(await Analyzer.open({ ...prepared, settings: prepared.pack.recognition }));
  }
  const sets = await readSets(labelled);
  const progress = new Progress(
    "photos in turns",
    sets.reduce((sum, { photos }) => sum + photos.length, 0) * names.length,
  );
  const costs: SetCost[] = [];
  for (const { set, photos } of sets) {
    const byPack = await inTurns(analyzers, photos, async (analyzer, photo) => {
      const cost = await analyze(analyzer, photo);
      progress.step();
      return cost;
    });
    costs.push({ set, byPack: byPack.map((photoCosts) => photoCosts.slice(warmingUp)) });
  }
  return costs;
}

async function analyze(analyzer: Analyzer, photo: Uint8Array): Promise<PhotoCost> {
  const start = performance.now();
  const used = process.cpuUsage();
  const { faces, timings } = await analyzer.analyze(photo, { embedLargest: maximumFaces });
  const { user, system } = process.cpuUsage(used);
  return {
    whole: performance.now() - start,
    processor: (user + system) / 1000,
    timings,
    faces: faces.length,
  };
}

async function readSets({ albums: [album], counted, people }: LabelledPhotos): Promise<PhotoSet[]> {
  const albumFiles = photosOf(album);
  const upTo = (most: number, files: readonly string[]) => readPhotos(files.slice(0, warmingUp + most));
  const large: Uint8Array[] = [];
  for (const photo of await upTo(enlarged, albumFiles.slice(warmingUp + collages))) {
    large.push(await enlarge(photo, twelveMegapixels));
  }
  return [
    { set: "collages of the album", photos: await upTo(collages, albumFiles) },
    {
      set: "compreface",
      photos: await readPhotos(counted.filter(({ name }) => name === "compreface").flatMap(filesOfSet)),
    },
    {
      set: "portraits of LFW, 250 pixels",
      photos: await upTo(
        portraits,
        people.map(({ file }) => file),
      ),
    },
    { set: "enlarged to 12 megapixels", photos: large },
  ];
}

async function readPhotos(files: readonly string[]): Promise<Uint8Array[]> {
  return Promise.all(files.map(async (file) => new Uint8Array(await readFile(file))));
}

/** What is told of a photo's cost, in milliseconds; NaN where it cannot be told. */
const measures: readonly { readonly name: string; readonly of: (cost: PhotoCost) => number }[] = [
  { name: "a photo", of: ({ whole }) => whole },
  { name: "a face", of: ({ whole, faces }) => whole / faces },
  { name: "processor time, a photo", of: ({ processor }) => processor },
  ...analysisParts.map((part) => ({
    name: `${part}, a photo`,
    of: ({ timings }: PhotoCost) => timings[part],
  })),
];

/** Medians by pack, and the median of the ratios to the first pack, photo by photo. */
export function costTable(packs: readonly string[], costs: readonly SetCost[]): Table {
  const [first, ...others] = packs;
  return {
    caption:
      "Milliseconds in one thread, in turns: medians over photos. A face takes its share of all that its photo takes",
    columns: ["photos", "measure", ...packs, ...others.map((other) => `${other} / ${first}`)],
    rows: costs.flatMap(({ set, byPack }) => [
      facesRow(set, byPack),
      ...measures.map(({ name, of }) => {
        const values = byPack.map((photoCosts) => photoCosts.map(of));
        const [base = [], ...rest] = values;
        return [
          set,
          name,
          ...values.map((one) => fixed(medianOf(one), 1)),
          ...rest.map((one) => fixed(medianRatio(one, base), 2)),
        ];
      }),
    ]),
  };
}

/** A pack that finds more faces takes longer for a photo, and is no dearer for it. */
function facesRow(set: string, byPack: SetCost["byPack"]): (string | number)[] {
  const faces = byPack.map((photoCosts) => photoCosts.reduce((sum, { faces }) => sum + faces, 0));
  const [base = Number.NaN, ...rest] = faces;
  const photos = byPack[0]?.length ?? 0;
  return [set, `faces on all ${photos}`, ...faces, ...rest.map((count) => fixed(count / base, 2))];
}

function fixed(value: number, digits: number): string {
  return Number.isFinite(value) ? value.toFixed(digits) : "-";
}
