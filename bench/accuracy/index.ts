import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import { searchAlbum } from "./album.ts";
import { calibrate, type PersonPhoto } from "./calibration.ts";
import { type CountedSet, detect } from "./detection.ts";
import { FaceReader } from "./faceReader.ts";
import {
  type AlbumManifest,
  type ImageManifest,
  type LabelledImage,
  type Pair,
  readManifest,
  readPairs,
} from "./labels.ts";
import { measureFilters } from "./quality.ts";
import { print, type Section, toMarkdown } from "./report.ts";
import { rocPicture } from "./thresholds.ts";
import { verify } from "./verification.ts";

const usage = `npm run accuracy [-- OPTIONS]

Measures what a model pack recognises, on labelled photos: verification, album search, false matches by
Similarity, detection, quality. Writes report.md, report.json and pictures.

  --photos FOLDER    ../shared/photos: lfw, deepface, album_lfw, compreface, insightface, tbbt, inspireface
  --pairs FOLDER     another folder with pairs.csv (a,b,same,fold) or master.csv; may be repeated
  --album FOLDER     another folder with manifest.json, photos and selfies; may be repeated
  --pack NAME        default
  --out FOLDER       ./report
`;

const { values: options } = parseArgs({
  options: {
    photos: { type: "string", default: "../shared/photos" },
    pairs: { type: "string", multiple: true, default: [] },
    album: { type: "string", multiple: true, default: [] },
    pack: { type: "string", default: "default" },
    out: { type: "string", default: "./report" },
    help: { type: "boolean" },
  },
});

/** How many photos are spoiled step by step. */
const spoiledPhotos = 40;
/** How many faces are shrunk onto sheets. */
const sheetFaces = 40;

async function main(): Promise<void> {
  if (options.help) return console.log(usage);
  const inPhotos = (...parts: string[]) => path.join(options.photos, ...parts);
  const lfw = inPhotos("lfw");
  const pairFolders = [lfw, inPhotos("deepface"), ...options.pairs];
  const pairLists = await Promise.all(pairFolders.map((folder) => readPairs(folder)));
  const albumFolders = [inPhotos("album_lfw"), ...options.album];
  const albums = await Promise.all(albumFolders.map((folder) => readManifest<AlbumManifest>(folder)));
  const people = await readPeople(lfw, pairLists[0] ?? []);
  const counted = await Promise.all(
    ["compreface", "insightface", "tbbt", "inspireface"].map((name) => readCounted(name, inPhotos(name))),
  ).then((sets) => sets.flat());

  const reader = await FaceReader.open(options.pack);
  try {
    const albumPhotos = albums.map(({ photos }, index) =>
      photos.map(({ file }) => path.join(albumFolders[index] as string, file)),
    );
    await reader.readAll([
      ...people.map(({ file }) => file),
      ...pairLists.flat().flatMap(({ a, b }) => [a, b]),
      ...albumPhotos.flat(),
      ...albums.flatMap(({ selfies }, index) =>
        selfies.map(({ file }) => path.join(albumFolders[index] as string, file)),
      ),
      ...counted.flatMap(({ folder, images }) => images.map(({ file }) => path.join(folder, file))),
    ]);
    const calibration = calibrate(reader, people);
    const verifications = pairLists.map((pairs, index) =>
      verify(reader, path.basename(pairFolders[index] as string), pairs),
    );
    const searches = albums.map((manifest, index) =>
      searchAlbum(reader, albumFolders[index] as string, manifest),
    );
    const detection = await detect(reader, counted, {
      group: inPhotos("compreface", "000_5.jpg"),
      portrait: inPhotos("compreface", "004_A.jpg"),
      faces: people
        .map(({ file }) => file)
        .filter((file) => reader.photo(file).faces.length === 1)
        .slice(0, sheetFaces),
    });
    const samePairs = (pairLists[0] ?? []).filter(({ same }) => same);
    const spoiled = samePairs.filter(
      (_, index) => index % Math.floor(samePairs.length / spoiledPhotos) === 0,
    );
    const filters = await measureFilters(reader, {
      spoiled: spoiled.slice(0, spoiledPhotos),
      pairs: samePairs,
      sets: [
        { name: "lfw", files: people.map(({ file }) => file) },
        { name: "album_lfw", files: albumPhotos[0] ?? [] },
        ...counted.map(({ name, folder, images }) => ({
          name,
          files: images.map(({ file }) => path.join(folder, file)),
        })),
      ],
    });
    const roc = rocPicture("roc.svg", {
      "lfw, all pairs": calibration.scores,
      ...Object.fromEntries(
        searches.map(({ scores }, index) => [path.basename(albumFolders[index] as string), scores]),
      ),
    });
    await write([
      { ...calibration.section, pictures: [...calibration.section.pictures, roc] },
      ...verifications.map(({ section }) => section),
      ...searches.map(({ section }) => section),
      detection,
      filters,
    ]);
  } finally {
    await reader.close();
  }
}

/** All photos of a set with pairs in folds: a person belongs to the fold of their pairs. */
async function readPeople(folder: string, pairs: readonly Pair[]): Promise<PersonPhoto[]> {
  const { images } = await readManifest<ImageManifest>(folder);
  const folds = new Map(pairs.flatMap(({ a, b, fold }) => [a, b].map((file) => [path.dirname(file), fold])));
  return images.flatMap(({ file, identity }) => {
    const whole = path.join(folder, file);
    const fold = folds.get(path.dirname(whole));
    return identity === undefined || fold === undefined ? [] : [{ file: whole, identity, fold }];
  });
}

/** What manifests without counts show: one face on each. */
const oneFaceLabels = /^(pose|reaction|emotion|rotate):/;

/** The photos whose faces are counted, by kind where labels name one. */
async function readCounted(name: string, folder: string): Promise<CountedSet[]> {
  const { images } = await readManifest<ImageManifest>(folder);
  const kinds = new Map<string, LabelledImage[]>();
  for (const image of images) {
    const { identity, label = "", face_count: count } = image;
    const kind = oneFaceLabels.exec(label)?.[1];
    if (count === undefined && identity === undefined && kind === undefined) continue;
    const set = kind === undefined ? name : `${name}, ${kind}`;
    kinds.set(set, [...(kinds.get(set) ?? []), { face_count: 1, ...image }]);
  }
  return [...kinds].map(([set, images]) => ({ name: set, folder, images }));
}

async function write(sections: readonly Section[]): Promise<void> {
  for (const section of sections) print(section);
  await mkdir(options.out, { recursive: true });
  const pictures = sections.flatMap((section) => section.pictures);
  await Promise.all([
    writeFile(path.join(options.out, "report.md"), toMarkdown("Accuracy", sections)),
    writeFile(
      path.join(options.out, "report.json"),
      JSON.stringify(
        sections.map(({ title, text, tables }) => ({ title, text, tables })),
        null,
        2,
      ),
    ),
    ...pictures.map(({ file, svg }) => writeFile(path.join(options.out, file), svg)),
  ]);
  console.log(`\nwrote ${path.join(options.out, "report.md")}`);
}

await main();
