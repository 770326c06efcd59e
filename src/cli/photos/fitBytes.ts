import sharp from "sharp";
import { imageTooLarge, invalidImageEncoding, invalidImageFormat } from "../../../protocol/errors.ts";
import { hasKnownSignature, maximumPixels } from "../../recognition/contract.ts";

/** Most bytes of an image that comes with a request: Rekognition's limit, 5 MB. */
export const maximumBytes = 5 * 1024 * 1024;

/**
 * What a photo is made into to fit, tried in order. Recognition looks at 1920 pixels, so that twice that loses
 * nothing; a photo of 4096 pixels at quality 90 has 2 to 4 MB, noise at quality 75 fits in the last size.
 */
const sizes = [
  { longSide: 4096, quality: 90 },
  { longSide: 3072, quality: 85 },
  { longSide: 1920, quality: 75 },
] as const;

/** Bytes that fit into a request. */
export interface FittedBytes {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Whether they are a smaller picture of the photo, upright by its Exif orientation. */
  readonly isShrunk: boolean;
}

/**
 * Makes a photo fit into a request: as it is, or as a smaller JPEG.
 *
 * @param mayShrink false refuses what is too large.
 * @throws AwsError ImageTooLargeException; InvalidImageFormatException for a large file that cannot be decoded.
 */
export async function fitBytes(bytes: Uint8Array<ArrayBuffer>, mayShrink: boolean): Promise<FittedBytes> {
  if (bytes.length <= maximumBytes) return { bytes, isShrunk: false };
  if (!mayShrink) throw imageTooLarge();
  if (!hasKnownSignature(bytes)) throw invalidImageFormat();
  for (const { longSide, quality } of sizes) {
    const smaller = await encode(bytes, longSide, quality);
    if (smaller.length <= maximumBytes) return { bytes: smaller, isShrunk: true };
  }
  throw imageTooLarge();
}

async function encode(bytes: Uint8Array, longSide: number, quality: number) {
  try {
    const buffer = await sharp(bytes, { failOn: "truncated", limitInputPixels: maximumPixels })
      .autoOrient()
      .resize({ width: longSide, height: longSide, fit: "inside", withoutEnlargement: true })
      .flatten()
      .jpeg({ quality })
      .toBuffer();
    return new Uint8Array(buffer);
  } catch {
    throw invalidImageEncoding();
  }
}
