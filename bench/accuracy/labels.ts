import { access, readFile } from "node:fs/promises";
import path from "node:path";

/** Two photos, and whether they show one person. */
export interface Pair {
  readonly a: string;
  readonly b: string;
  readonly same: boolean;
  /** Pairs of one fold share no people with those of another; empty where the list has none. */
  readonly fold: string;
}

/**
 * Reads a folder's list of pairs: `pairs.csv` (a,b,same[,fold], same being 1 or 0) or `master.csv`
 * (file_x,file_y,Decision, Yes or No). Photos are named from the folder; the pairs hold whole paths.
 *
 * @throws when the folder has neither.
 */
export async function readPairs(folder: string): Promise<Pair[]> {
  const known = await firstThatExists(["pairs.csv", "master.csv"].map((name) => path.join(folder, name)));
  if (known === undefined) throw new Error(`${folder} has neither pairs.csv nor master.csv`);
  const [, ...lines] = (await readFile(known, "utf8")).trim().split(/\r?\n/);
  return lines.map((line) => {
    const [a = "", b = "", same = "", fold = ""] = line.split(",");
    return { a: path.join(folder, a), b: path.join(folder, b), same: /^(1|yes)$/i.test(same), fold };
  });
}

/** A photo of an album, and who is on it. */
export interface AlbumPhoto {
  readonly file: string;
  readonly faces: readonly {
    readonly identity: string;
    /** Middle of the face, in pixels. */
    readonly main_face_centre?: readonly [x: number, y: number];
    /** Left, top, width and height of the part of a collage that shows the face, in pixels. */
    readonly tile?: readonly [left: number, top: number, width: number, height: number];
    /** The photo that the part was made of. */
    readonly lfw_image?: string;
  }[];
}

/** An album to be searched with selfies. */
export interface AlbumManifest {
  readonly selfies: readonly { readonly file: string; readonly identity: string }[];
  readonly photos: readonly AlbumPhoto[];
}

/** A photo with what is known of it. */
export interface LabelledImage {
  readonly file: string;
  readonly identity?: string;
  readonly face_count?: number;
  /** The point of each face's nose, in pixels. */
  readonly noses?: readonly (readonly [x: number, y: number])[];
  readonly label?: string;
}

/** A set of photos. */
export interface ImageManifest {
  readonly images: readonly LabelledImage[];
}

/** Reads `manifest.json` of a folder, trusting its shape. */
export async function readManifest<Manifest>(folder: string): Promise<Manifest> {
  return JSON.parse(await readFile(path.join(folder, "manifest.json"), "utf8")) as Manifest;
}

async function firstThatExists(files: readonly string[]): Promise<string | undefined> {
  for (const file of files) {
    const exists = await access(file).then(
      () => true,
      () => false,
    );
    if (exists) return file;
  }
  return undefined;
}
