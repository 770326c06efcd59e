import path from "node:path";
import type { PersonPhoto } from "./calibration.ts";
import { type CountedSet, type Material, portraitOf } from "./detection.ts";
import type { FaceReader } from "./faceReader.ts";
import {
  type AlbumManifest,
  type ImageManifest,
  type LabelledImage,
  type Pair,
  readManifest,
  readPairs,
} from "./labels.ts";
import { type SpoiledPair, toSpoil } from "./quality.ts";

/** A list of pairs, under the name of its folder. */
export interface PairList {
  readonly name: string;
  readonly pairs: readonly Pair[];
}

/** An album, and where it lies. */
export interface Album {
  readonly folder: string;
  readonly manifest: AlbumManifest;
}

/** The labelled photos that packs are measured on. */
export interface LabelledPhotos {
  /** Those that calibration and the quality filter are tried on. */
  readonly people: readonly PersonPhoto[];
  /** The first is that of `people`. */
  readonly pairLists: readonly [PairList, ...PairList[]];
  readonly albums: readonly [Album, ...Album[]];
  readonly counted: readonly CountedSet[];
  /** Any photo with faces. */
  readonly group: string;
  /** A large portrait. */
  readonly portrait: string;
}

/** Where labelled photos lie. */
export interface PhotoFolders {
  /** Holds a folder for each set. */
  readonly photos: string;
  /** Further folders with pairs. */
  readonly pairs: readonly string[];
  /** Further albums. */
  readonly album: readonly string[];
}

/** Reads what the labels tell; the photos themselves are read later. */
export async function readLabelledPhotos({ photos, pairs, album }: PhotoFolders): Promise<LabelledPhotos> {
  const inPhotos = (...parts: string[]) => path.join(photos, ...parts);
  const lfw = await readPairList(inPhotos("lfw"));
  const [albumLfw, ...albums] = await Promise.all([
    readAlbum(inPhotos("album_lfw")),
    ...album.map(readAlbum),
  ]);
  const counted = await Promise.all(
    ["compreface", "insightface", "tbbt", "inspireface"].map((name) => readCounted(name, inPhotos(name))),
  );
  return {
    people: await readPeople(inPhotos("lfw"), lfw.pairs),
    pairLists: [lfw, ...(await Promise.all([inPhotos("deepface"), ...pairs].map(readPairList)))],
    albums: [albumLfw, ...albums],
    counted: counted.flat(),
    group: inPhotos("compreface", "000_5.jpg"),
    portrait: inPhotos("compreface", "004_A.jpg"),
  };
}

/** All files that the labels are of; some more than once. */
export function filesOf({ people, pairLists, albums, counted }: LabelledPhotos): string[] {
  return [
    ...people.map(({ file }) => file),
    ...pairLists.flatMap(({ pairs }) => pairs).flatMap(({ a, b }) => [a, b]),
    ...albums.flatMap((album) => [...photosOf(album), ...selfiesOf(album)]),
    ...counted.flatMap(filesOfSet),
  ];
}

/** The photos of an album, without its selfies. */
export function photosOf({ folder, manifest }: Album): string[] {
  return manifest.photos.map(({ file }) => path.join(folder, file));
}

function selfiesOf({ folder, manifest }: Album): string[] {
  return manifest.selfies.map(({ file }) => path.join(folder, file));
}

/** The photos of a set whose faces are counted. */
export function filesOfSet({ folder, images }: CountedSet): string[] {
  return images.map(({ file }) => path.join(folder, file));
}

/** How many photos are spoiled step by step. */
const spoiledPhotos = 40;
/** How many faces are shrunk onto sheets. */
const sheetFaces = 40;

/** Photos that images are made of, and how wide the faces on them are. */
export interface MadeOf {
  readonly detection: Material;
  readonly spoiled: readonly SpoiledPair[];
}

/** Chooses them by what a reader saw, which has read all of the photos. */
export function chooseMaterial(reader: FaceReader, labelled: LabelledPhotos): MadeOf {
  const { people, group, portrait } = labelled;
  const pairs = samePairs(labelled);
  const spoiled = pairs.filter((_, index) => index % Math.floor(pairs.length / spoiledPhotos) === 0);
  const alone = people.filter(({ file }) => reader.photo(file).faces.length === 1);
  return {
    detection: {
      group,
      portrait: portraitOf(reader, portrait),
      faces: alone.slice(0, sheetFaces).map(({ file }) => portraitOf(reader, file)),
    },
    spoiled: spoiled.slice(0, spoiledPhotos).map((pair) => toSpoil(reader, pair)),
  };
}

/** The pairs of one person of the first list. */
export function samePairs({ pairLists: [{ pairs }] }: LabelledPhotos): Pair[] {
  return pairs.filter(({ same }) => same);
}

async function readPairList(folder: string): Promise<PairList> {
  return { name: path.basename(folder), pairs: await readPairs(folder) };
}

async function readAlbum(folder: string): Promise<Album> {
  return { folder, manifest: await readManifest<AlbumManifest>(folder) };
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
