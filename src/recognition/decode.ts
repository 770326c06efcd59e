import sharp from "sharp";
import { hasKnownSignature, ImageError, maximumPixels, minimumSide } from "./contract.ts";
import type { RgbImage } from "./image.ts";

/**
 * Most bytes of an image that a decoder holds whole, which it does with progressive JPEGs and interlaced PNGs; others
 * are decoded by rows. Enough for a progressive JPEG of 66 megapixels.
 */
const maximumHeld = 400_000_000;

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
