import { readFile } from "node:fs/promises";
import path from "node:path";
import sharp, { type Sharp } from "sharp";
import { type Box, intersectionOverUnion } from "../../src/recognition/geometry.ts";
import { lineChart } from "../support/chart.ts";
import type { Face, FaceReader, ReadPhoto } from "./faceReader.ts";
import type { LabelledImage } from "./labels.ts";
import { type Picture, percent, type Section, type Table } from "./report.ts";

/** A set whose manifest counts faces. */
export interface CountedSet {
  readonly name: string;
  readonly folder: string;
  readonly images: readonly LabelledImage[];
}

/** A photo and its face; sizes in pixels. */
export interface Portrait {
  readonly file: string;
  readonly width: number;
  readonly height: number;
  /** The whole photo where no face was seen. */
  readonly box: Box;
}

/** A photo with its largest face, as a reader saw it. */
export function portraitOf(reader: FaceReader, file: string): Portrait {
  const { faces, width, height } = reader.photo(file);
  return { file, width, height, box: faces[0]?.boxInPixels ?? { left: 0, top: 0, width, height } };
}

/**
 * Photos that images are made of. The boxes that tell how far a photo is shrunk are given, not taken from the pack that
 * is measured, so that several packs see the same images.
 */
export interface Material {
  /** Any photo with faces, for the orientations. */
  readonly group: string;
  /** A large portrait, for a face that fills the frame. */
  readonly portrait: Portrait;
  /** Photos of one face each, for sheets of small faces. */
  readonly faces: readonly Portrait[];
}

/** The figures of detection that packs are compared by. */
export interface DetectionSummary {
  readonly sets: readonly SetCount[];
  /** Faces found on each sheet of small faces. */
  readonly sheets: readonly SheetCount[];
  /** Of `sheetFaces` faces on 24 megapixels. */
  readonly large: number;
  /** Of the one face that fills a frame. */
  readonly closeUp: number;
  /** Faces on each sheet. */
  readonly sheetFaces: number;
}

interface SetCount {
  readonly name: string;
  readonly photos: number;
  readonly labelled: number;
  readonly found: number;
  /** Found beyond those that are labelled. */
  readonly surplus: number;
}

interface SheetCount {
  /** Of a face, in pixels. */
  readonly width: number;
  readonly found: number;
}

/** What the detector finds, misses and sees where there is nothing. */
export async function detect(
  reader: FaceReader,
  sets: readonly CountedSet[],
  material: Material,
): Promise<{ section: Section; summary: DetectionSummary }> {
  const counts = sets.map((set) => countSet(reader, set));
  const orientations = await orientationTable(reader, material.group);
  const sheets = await countSheets(reader, material.faces);
  const sheetFaces = material.faces.length;
  const { large, closeUp } = await readLarge(reader, material);
  const section: Section = {
    title: "Detection",
    text: "Counts are of faces that the sets label; a face that is found beyond them is called false, though some are people in the background that no label counts. Where noses are labelled, a face is found when a nose lies in its box.",
    tables: [
      countTable(counts),
      orientations,
      sheetTable(sheets, sheetFaces),
      largeTable(large, closeUp, sheetFaces),
    ],
    pictures: [sheetPicture(sheets, sheetFaces)],
  };
  const [foundLarge, foundClose] = [large.faces.length, closeUp.faces.length];
  return { section, summary: { sets: counts, sheets, sheetFaces, large: foundLarge, closeUp: foundClose } };
}

function countSet(reader: FaceReader, { name, folder, images }: CountedSet): SetCount {
  const outcomes = images.map((image) => countFaces(image, reader.photo(path.join(folder, image.file))));
  const sum = (key: "labelled" | "found" | "surplus") =>
    outcomes.reduce((total, outcome) => total + outcome[key], 0);
  return {
    name,
    photos: images.length,
    labelled: sum("labelled"),
    found: sum("found"),
    surplus: sum("surplus"),
  };
}

function countTable(counts: readonly SetCount[]): Table {
  return {
    caption: "Labelled faces",
    columns: ["set", "photos", "faces", "found", "missed", "false or unlabelled"],
    rows: counts.map(({ name, photos, labelled, found, surplus }) => [
      name,
      photos,
      labelled,
      found,
      labelled - found,
      surplus,
    ]),
  };
}

function countFaces({ face_count: labelled = 0, noses }: LabelledImage, { faces }: ReadPhoto) {
  const found = noses
    ? noses.filter((nose) => faces.some((face) => holds(face, nose))).length
    : Math.min(labelled, faces.length);
  return { labelled, found, surplus: faces.length - found };
}

function holds({ boxInPixels: { left, top, width, height } }: Face, [x, y]: readonly [number, number]) {
  return x >= left && x <= left + width && y >= top && y <= top + height;
}

/**
 * How an upright image is stored for each Exif orientation, so that turning it by the tag gives it back; sharp
 * mirrors before it turns, in whatever order it is asked.
 */
const storedAs: Readonly<Record<number, (image: Sharp) => Sharp>> = {
  1: (image) => image,
  2: (image) => image.flop(),
  3: (image) => image.rotate(180),
  4: (image) => image.flip(),
  5: (image) => image.rotate(270).flop(),
  6: (image) => image.rotate(270),
  7: (image) => image.rotate(90).flop(),
  8: (image) => image.rotate(90),
};

async function orientationTable(reader: FaceReader, file: string): Promise<Table> {
  const upright = await sharp(await readFile(file))
    .autoOrient()
    .png()
    .toBuffer();
  const makers = Object.entries(storedAs).map(([orientation, store]) => async () => {
    const stored = await store(sharp(upright)).png().toBuffer();
    return sharp(stored)
      .withMetadata({ orientation: Number(orientation) })
      .jpeg({ quality: 95 })
      .toBuffer();
  });
  const photos = await reader.readMade(makers, "orientations");
  const [reference] = photos;
  return {
    caption: "One group photo, stored in each Exif orientation",
    columns: ["orientation", "faces", "least overlap (IoU) of a box with that of orientation 1"],
    rows: photos.map(({ faces }, index) => {
      const overlaps = (reference?.faces ?? []).map(({ box }) =>
        Math.max(0, ...faces.map((face) => intersectionOverUnion(face.box, box))),
      );
      return [index + 1, faces.length, Math.min(...overlaps).toFixed(3)];
    }),
  };
}

/** Widths of a face, in pixels of a sheet 1920 pixels wide. */
const faceWidths = [8, 10, 12, 16, 20, 24, 30, 40, 60, 100] as const;
const sheet = { width: 1920, height: 1080 } as const;

async function countSheets(reader: FaceReader, portraits: readonly Portrait[]): Promise<SheetCount[]> {
  const photos = await reader.readMade(
    faceWidths.map((width) => () => makeSheet(portraits, width, 1)),
    "sheets of small faces",
  );
  return faceWidths.map((width, index) => ({
    width,
    found: Math.min(photos[index]?.faces.length ?? 0, portraits.length),
  }));
}

function sheetPicture(sheets: readonly SheetCount[], faces: number): Picture {
  return {
    file: "recall-by-size.svg",
    caption: "Faces found by their width in a photo 1920 pixels wide",
    svg: lineChart(
      { label: "width of the face, pixels", from: 8, to: 100, ticks: faceWidths, isLogarithmic: true },
      { label: "share found", from: 0, to: 1, ticks: [0, 0.25, 0.5, 0.75, 1] },
      [
        {
          name: "sheets of 1920 x 1080",
          points: sheets.map(({ width, found }) => [width, found / faces] as const),
        },
      ],
    ),
  };
}

function sheetTable(sheets: readonly SheetCount[], faces: number): Table {
  return {
    caption: `${faces} faces on a sheet of 1920 x 1080, each shrunk to a width`,
    columns: ["width", "found", "share"],
    rows: sheets.map(({ width, found }) => [width, found, percent(found / faces)]),
  };
}

/** Faces of one width in rows on grey, on a sheet enlarged by a factor, as a JPEG. */
async function makeSheet(portraits: readonly Portrait[], faceWidth: number, factor: number): Promise<Buffer> {
  const columns = 8;
  const cell = { width: sheet.width / columns, height: sheet.height / Math.ceil(portraits.length / columns) };
  const pieces = portraits.map(async ({ file, width, box }, index) => {
    // No wider than its cell: a crop of the middle where the photo would be.
    const side = Math.round((width * faceWidth * factor) / box.width);
    const most = Math.floor(Math.min(cell.width, cell.height) * factor);
    const shrunk = await sharp(await readFile(file))
      .resize({ width: side })
      .toBuffer({ resolveWithObject: true });
    const kept = Math.min(side, most, shrunk.info.height);
    return {
      input: await sharp(shrunk.data)
        .extract({
          left: (side - kept) >> 1,
          top: (shrunk.info.height - kept) >> 1,
          width: kept,
          height: kept,
        })
        .toBuffer(),
      left: Math.floor((index % columns) * cell.width * factor),
      top: Math.floor(Math.floor(index / columns) * cell.height * factor),
    };
  });
  return sharp({
    create: {
      width: Math.round(sheet.width * factor),
      height: Math.round(sheet.height * factor),
      channels: 3,
      background: { r: 128, g: 128, b: 128 },
    },
  })
    .composite(await Promise.all(pieces))
    .jpeg({ quality: 90 })
    .toBuffer();
}

/** Makes 1920 x 1080 a photo of 24 megapixels. */
const to24Megapixels = Math.sqrt(24e6 / (sheet.width * sheet.height));
/** The least face that Rekognition promises to find at 1920 x 1080. */
const promisedWidth = 40;
/** Side of the frame that a face fills. */
const frameSide = 3000;

async function readLarge(reader: FaceReader, { faces, portrait }: Material) {
  const makers = [() => makeSheet(faces, promisedWidth, to24Megapixels), () => makeCloseUp(portrait)];
  const [large, closeUp] = await reader.readMade(makers, "large images");
  return { large: large as ReadPhoto, closeUp: closeUp as ReadPhoto };
}

function largeTable(large: ReadPhoto, closeUp: ReadPhoto, sheetFaces: number): Table {
  const row = (what: string, count: number, { width, height, faces }: ReadPhoto) => [
    what,
    `${width} x ${height}`,
    count,
    faces.length,
  ];
  return {
    caption: "Large images",
    columns: ["image", "pixels", "faces", "found"],
    rows: [
      row(`24 megapixels, faces of ${promisedWidth} pixels at 1080p scale`, sheetFaces, large),
      row("one face that fills the frame", 1, closeUp),
    ],
  };
}

async function makeCloseUp({ file, width, height, box }: Portrait): Promise<Buffer> {
  const left = Math.max(0, Math.floor(box.left));
  const top = Math.max(0, Math.floor(box.top));
  const upright = await sharp(await readFile(file))
    .autoOrient()
    .toBuffer();
  return sharp(upright)
    .extract({
      left,
      top,
      width: Math.min(Math.ceil(box.width), width - left),
      height: Math.min(Math.ceil(box.height), height - top),
    })
    .resize({ width: frameSide, height: frameSide, fit: "inside" })
    .jpeg({ quality: 90 })
    .toBuffer();
}
