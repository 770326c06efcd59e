import sharp from "sharp";
import type { RgbImage } from "./image.ts";

/** Why an image cannot be analysed. */
export type ImageFault =
  /** Not a JPEG or PNG by its first bytes. */
  | "unknown-format"
  /** A JPEG or PNG that is damaged or cut short. */
  | "undecodable"
  /** More pixels than are decoded. */
  | "too-many-pixels"
  /** Fewer than `minimumSide` pixels on a side. */
  | "too-small";

/** Thrown for an image that cannot be analysed; never carries anything of the image but its size. */
export class ImageError extends Error {
  override readonly name = "ImageError";
  readonly fault: ImageFault;

  constructor(fault: ImageFault, options?: ErrorOptions) {
    super(`The image cannot be analysed: ${fault}`, options);
    this.fault = fault;
  }
}

/**
 * Most pixels of an image that is decoded: 100 megapixels, the square of the 10,000-pixel side that AWS names
 * for its other image operations. Bounds a worker's memory whatever a header claims.
 */
export const maximumPixels = 100_000_000;

/**
 * Most bytes of an image that a decoder holds whole, which it does with progressive JPEGs and interlaced PNGs; others
 * are decoded by rows. Enough for a progressive JPEG of 66 megapixels.
 */
const maximumHeld = 400_000_000;

/** Fewest pixels on either side: Rekognition's limit for all image operations. */
export const minimumSide = 80;

/** How an image was decoded. */
export interface DecodedImage {
  /** The upright pixels, shrunk to `longSide` where the original is larger. */
  readonly image: RgbImage;
  /** Size of the upright original, in pixels. */
  readonly width: number;
  readonly height: number;
}

// libvips reads dozens of formats, some by way of parsers with a history. Only two are ever wanted.
sharp.block({ operation: ["VipsForeignLoad"] });
sharp.unblock({ operation: ["VipsForeignLoadJpegBuffer", "VipsForeignLoadPngBuffer"] });
// One decode runs in each recognition thread: parallelism comes from there.
sharp.concurrency(1);
sharp.cache(false);

/** Whether the bytes begin as a JPEG or a PNG does. */
export function hasKnownSignature(bytes: Uint8Array): boolean {
  const isJpeg = bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;
  return isJpeg || pngSignature.every((byte, index) => bytes[index] === byte);
}

const pngSignature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/**
 * Decodes a JPEG or PNG: upright by its Exif orientation, in sRGB, transparency on black, shrunk while
 * decoding.
 *
 * @param bytes the file.
 * @param longSide most pixels of the longer side of the result; a smaller image keeps its size.
 * @throws ImageError for anything that is not a whole JPEG or PNG of a size that can be analysed.
 */
export async function decodeImage(bytes: Uint8Array, longSide: number): Promise<DecodedImage> {
  if (!hasKnownSignature(bytes)) throw new ImageError("unknown-format");
  const { width, height, held } = await inspect(bytes);
  if (width * height > maximumPixels || held > maximumHeld) throw new ImageError("too-many-pixels");
  if (Math.min(width, height) < minimumSide) throw new ImageError("too-small");
  try {
    const { data, info } = await sharp(bytes, { failOn: "truncated", limitInputPixels: maximumPixels })
      .autoOrient()
      .resize({ width: longSide, height: longSide, fit: "inside", withoutEnlargement: true })
      .flatten()
      .toColourspace("srgb")
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    return { image: { width: info.width, height: info.height, data }, width, height };
  } catch (cause) {
    throw new ImageError("undecodable", { cause });
  }
}

/** What a header claims: the upright size in pixels, and the bytes that decoding holds at once because of its form. */
async function inspect(bytes: Uint8Array): Promise<{ width: number; height: number; held: number }> {
  try {
    // Without a limit here, so that a size that is claimed can be told from a file that is damaged.
    const { autoOrient, isProgressive, format, depth, channels } = await sharp(bytes, {
      limitInputPixels: false,
    }).metadata();
    // A progressive JPEG is held as coefficients of 16 bits.
    const bytesOfSample = format === "jpeg" || depth === "ushort" ? 2 : 1;
    const { width, height } = autoOrient;
    return { width, height, held: isProgressive ? width * height * channels * bytesOfSample : 0 };
  } catch (cause) {
    throw new ImageError("undecodable", { cause });
  }
}
