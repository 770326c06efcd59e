import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import sharp from "sharp";

/** Photos to measure with, each a JPEG or PNG file. */
export interface PhotoSet {
  readonly name: string;
  readonly photos: readonly Uint8Array[];
}

/** What many cameras deliver, in pixels. */
export const twelveMegapixels = { name: "12 megapixels", width: 4243, height: 2828, count: 48 } as const;

/** Sizes that cameras and marketplaces deliver, in pixels; 3 to 2. */
const sizes = [
  { name: "2 megapixels", width: 1732, height: 1155, count: 48 },
  twelveMegapixels,
  { name: "24 megapixels", width: 6000, height: 4000, count: 24 },
] as const;

/** The share of each side of a photo that larger photos are made of, so that they show a few faces, not all. */
const cut = 0.6;
const quality = 88;

/** The photos of a folder as they are, and larger ones made of their middles. */
export async function photoSets(folder: string): Promise<PhotoSet[]> {
  const files = (await readdir(folder)).filter((file) => /\.(jpe?g|png)$/i.test(file)).sort();
  if (files.length === 0) throw new Error(`${folder} has no JPEG or PNG`);
  const photos = await Promise.all(
    files.map(async (file) => new Uint8Array(await readFile(path.join(folder, file)))),
  );
  const sets: PhotoSet[] = [{ name: "as they are", photos }];
  for (const { name, count, ...size } of sizes) {
    const enlarged: Uint8Array[] = [];
    for (const photo of photos.slice(0, count)) enlarged.push(await enlarge(photo, size));
    sets.push({ name, photos: enlarged });
  }
  return sets;
}

/** The middle of a photo as a JPEG of that many pixels. */
export async function enlarge(
  photo: Uint8Array,
  { width, height }: { readonly width: number; readonly height: number },
): Promise<Uint8Array> {
  const { autoOrient: original } = await sharp(photo).metadata();
  const region = {
    left: Math.round((original.width * (1 - cut)) / 2),
    top: Math.round((original.height * (1 - cut)) / 2),
    width: Math.round(original.width * cut),
    height: Math.round(original.height * cut),
  };
  return sharp(photo)
    .autoOrient()
    .extract(region)
    .resize(width, height, { fit: "cover" })
    .jpeg({ quality })
    .toBuffer();
}
