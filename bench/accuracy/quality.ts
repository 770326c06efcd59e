import { readFile } from "node:fs/promises";
import sharp, { type Sharp } from "sharp";
import { reasonsFor, requirementsOf } from "../../src/operations/shared/qualityFilter.ts";
import { type Shortcoming, shortcomingsOf } from "../../src/recognition/requirements.ts";
import { cosine, cosineAt } from "../../src/recognition/similarity.ts";
import { type Face, type FaceReader, nearestFace, type ReadPhoto } from "./faceReader.ts";
import type { Pair } from "./labels.ts";
import { percent, type Section, type Table } from "./report.ts";
import { chosenFace } from "./verification.ts";

/** From lax to strict; NONE drops nothing. */
const levels = ["LOW", "AUTO", "MEDIUM", "HIGH"] as const;

type Level = (typeof levels)[number];

/** How photos are spoiled, step by step, each step worse than the one before. */
const degradations: Readonly<Record<string, { unit: string; steps: readonly number[]; apply: Degradation }>> =
  {
    blurred: {
      unit: "sigma, % of the face's width",
      steps: [1, 2, 4, 6, 8, 12],
      apply: (image, step, faceWidth) => image.blur(Math.max(0.3, (step / 100) * faceWidth)),
    },
    darkened: {
      unit: "% of the light",
      steps: [50, 25, 12, 9, 6, 3],
      apply: (image, step) => image.linear(step / 100, 0),
    },
    shrunk: {
      unit: "width of the face, pixels",
      steps: [60, 40, 30, 24, 20, 16, 12],
      apply: (image, step, faceWidth) => image.resize({ width: Math.round((250 * step) / faceWidth) }),
    },
    turned: {
      unit: "degrees in the picture's plane",
      steps: [10, 20, 30, 45, 60, 90],
      apply: (image, step) => image.rotate(step, { background: "#808080" }),
    },
  };

type Degradation = (image: Sharp, step: number, faceWidth: number) => Sharp;

/** A set whose faces the levels are tried on. */
export interface FilteredSet {
  readonly name: string;
  readonly files: readonly string[];
}

/** A pair whose first photo is spoiled. */
export interface SpoiledPair extends Pair {
  /** Of its face, in pixels; given rather than measured, so that several packs see the same photos. */
  readonly faceWidth: number;
}

/** The pair, with the width that a reader's pack sees. */
export function toSpoil(reader: FaceReader, pair: Pair): SpoiledPair {
  return { ...pair, faceWidth: chosenFace(reader, pair.a, "centre")?.boxInPixels.width ?? 100 };
}

/** The figures of the filters that packs are compared by. */
export interface FilterSummary {
  readonly sets: readonly FilteredCount[];
}

interface FilteredCount {
  readonly name: string;
  /** Found, in the background too. */
  readonly faces: number;
  /** Share of them that AUTO drops, 0..1; NaN without faces. */
  readonly droppedByAuto: number;
}

/** What the filters are tried on. */
export interface FilterMaterial {
  /**
   * Pairs of one person: the first photo is spoiled and compared with the second, so that a face that is dropped
   * can be told from one that could no longer be recognised.
   */
  readonly spoiled: readonly SpoiledPair[];
  /** Pairs of one person, left as they are. */
  readonly pairs: readonly Pair[];
  readonly sets: readonly FilteredSet[];
}

/**
 * What quality measures tell, and what each level of QualityFilter drops: of photos spoiled by known amounts,
 * and of the sets as they are.
 */
export async function measureFilters(
  reader: FaceReader,
  { spoiled, pairs, sets }: FilterMaterial,
): Promise<{ section: Section; summary: FilterSummary }> {
  const counts = sets.map(({ name, files }) => {
    const faces = facesOf(reader, files);
    return { name, faces: faces.length, droppedByAuto: shareDropped(faces, "AUTO") };
  });
  const section: Section = {
    title: "Quality and QualityFilter",
    text: `${spoiled.length} photos, each with a second one of the same person. "Recognised" is the share that still matches that second, unspoiled photo at Similarity 80. Blur is measured against the width of the face's box; small faces are shrunk on their whole photo, on grey where it would be under 80 pixels.`,
    tables: [await degradationTable(reader, spoiled), ...setTables(reader, pairs, sets)],
    pictures: [],
  };
  return { section, summary: { sets: counts } };
}

function facesOf(reader: FaceReader, files: readonly string[]): Face[] {
  return files.flatMap((file) => reader.photo(file).faces);
}

function shareDropped(faces: readonly Face[], level: Level): number {
  return faces.filter((face) => missedBy(face, level).length > 0).length / faces.length;
}

async function degradationTable(reader: FaceReader, pairs: readonly SpoiledPair[]): Promise<Table> {
  const cases = [
    { kind: "as it is", unit: "", step: 0, apply: ((image) => image) as Degradation },
    ...Object.entries(degradations).flatMap(([kind, { unit, steps, apply }]) =>
      steps.map((step) => ({ kind, unit, step, apply })),
    ),
  ];
  const rows: string[][] = [];
  const photos = await reader.readMade(
    cases.flatMap(({ apply, step }) => pairs.map((pair) => () => spoil(pair, apply, step))),
    "spoiled photos",
  );
  for (const [index, { kind, unit, step }] of cases.entries()) {
    const spoiled = photos.slice(index * pairs.length, (index + 1) * pairs.length);
    const outcomes = spoiled.flatMap((photo, at) => outcomeOf(reader, photo, pairs[at] as SpoiledPair));
    const mean = (value: (face: Face) => number) =>
      outcomes.length === 0
        ? "-"
        : (outcomes.reduce((sum, { face }) => sum + value(face), 0) / outcomes.length).toFixed(0);
    const recognised = outcomes.filter(({ isRecognised }) => isRecognised).length;
    rows.push([
      kind,
      kind === "as it is" ? "" : `${step} (${unit})`,
      percent(outcomes.length / pairs.length),
      mean(({ quality }) => quality.brightness),
      mean(({ quality }) => quality.sharpness),
      mean(({ confidence }) => confidence),
      percent(recognised / pairs.length),
      ...levels.map((level) =>
        dropped(
          outcomes.map(({ face }) => face),
          level,
        ),
      ),
    ]);
  }
  return {
    caption: "Spoiled photos: means of the faces found, and share of them that each level drops",
    columns: ["photos", "amount", "found", "brightness", "sharpness", "confidence", "recognised", ...levels],
    rows,
  };
}

async function spoil({ a, faceWidth }: SpoiledPair, apply: Degradation, step: number): Promise<Uint8Array> {
  const { data, info } = await apply(sharp(await readFile(a)), step, faceWidth)
    .png()
    .toBuffer({ resolveWithObject: true });
  const missing = Math.max(0, 250 - Math.min(info.width, info.height));
  const [before, after] = [missing >> 1, missing - (missing >> 1)];
  return sharp(data)
    .extend({ left: before, right: after, top: before, bottom: after, background: "#808080" })
    .jpeg({ quality: 92 })
    .toBuffer();
}

function outcomeOf(reader: FaceReader, photo: ReadPhoto, { b }: Pair) {
  const face = nearestFace(photo.faces, photo.width / 2, photo.height / 2);
  const other = chosenFace(reader, b, "centre");
  if (face === undefined || other === undefined) return [];
  const isRecognised = cosine(face.embedding, other.embedding) >= cosineAt(reader.pack.similarity, 80);
  return [{ face, isRecognised }];
}

function setTables(reader: FaceReader, pairs: readonly Pair[], sets: readonly FilteredSet[]): Table[] {
  return [
    {
      caption: "Faces of the sets, as they are: share that each level drops, and why",
      columns: ["set", "faces", ...levels],
      rows: sets.map(({ name, files }) => {
        const faces = facesOf(reader, files);
        return [name, faces.length, ...levels.map((level) => dropped(faces, level))];
      }),
    },
    {
      caption: "Of the pairs of one person: those that match at Similarity 80 and would be lost",
      columns: ["pairs that match", ...levels],
      rows: [recognisedButDropped(reader, pairs)],
    },
  ];
}

function recognisedButDropped(reader: FaceReader, pairs: readonly Pair[]): (string | number)[] {
  const matching = pairs.flatMap((pair) => {
    const a = chosenFace(reader, pair.a, "centre");
    return a === undefined ? [] : outcomeOf(reader, { ...reader.photo(pair.a), faces: [a] }, pair);
  });
  const faces = matching.filter(({ isRecognised }) => isRecognised).map(({ face }) => face);
  return [faces.length, ...levels.map((level) => dropped(faces, level))];
}

/** Share of faces that a level drops, with the count of each reason. */
function dropped(faces: readonly Face[], level: Level): string {
  const missed = faces.map((face) => missedBy(face, level)).filter(({ length }) => length > 0);
  if (faces.length === 0) return "-";
  if (missed.length === 0) return "0";
  const counts = new Map<string, number>();
  for (const reason of missed.flatMap((shortcomings) => reasonsFor(shortcomings)))
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const reasons = [...counts].sort(([, a], [, b]) => b - a).map(([reason, count]) => `${reason} ${count}`);
  return `${percent(missed.length / faces.length)} (${reasons.join(", ")})`;
}

function missedBy(face: Face, level: Level): Shortcoming[] {
  return shortcomingsOf({ ...face, box: face.boxInPixels }, requirementsOf(level));
}
