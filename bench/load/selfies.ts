import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import sharp from "sharp";

/** Side of a square of one megapixel. */
const side = 1000;

/** Gives the picture of the next search, a JPEG. */
export type NextSelfie = () => Uint8Array;

/** The photos of a folder, a person each, at one megapixel. */
export async function readSelfies(folder: string): Promise<Uint8Array[]> {
  const files = (await readdir(folder)).filter((file) => /\.(jpe?g|png)$/i.test(file)).sort();
  if (files.length === 0) throw new Error(`${folder} has no JPEG or PNG`);
  return Promise.all(
    files.map(async (file) =>
      sharp(await readFile(path.join(folder, file)))
        .autoOrient()
        .resize(side, side, { fit: "cover" })
        .jpeg()
        .toBuffer(),
    ),
  );
}

/** The same picture again and again, as when its person searches several collections. */
export function oneSelfie(selfies: readonly Uint8Array[]): NextSelfie {
  return () => selfies[0] as Uint8Array;
}

/** Pictures that no search had before: in turns, each with a comment of its own. */
export function newSelfies(selfies: readonly Uint8Array[]): NextSelfie {
  let taken = 0;
  return () => withComment(selfies[taken % selfies.length] as Uint8Array, `selfie ${taken++}`);
}

/** A JPEG with a comment segment behind its start marker (ITU-T T.81, B.2.4.5). */
function withComment(jpeg: Uint8Array, comment: string): Uint8Array {
  const text = Buffer.from(comment);
  const length = text.length + 2;
  return Buffer.concat([
    jpeg.subarray(0, 2),
    Uint8Array.of(0xff, 0xfe, length >> 8, length & 0xff),
    text,
    jpeg.subarray(2),
  ]);
}
