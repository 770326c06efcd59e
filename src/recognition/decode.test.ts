import { describe, expect, test } from "@jest/globals";
import sharp, { type Sharp } from "sharp";
import { pngClaiming } from "../../conformance/support/hostileImages.ts";
import { hasKnownSignature, type ImageFault, minimumSide } from "./contract.ts";
import { decodeImage } from "./decode.ts";
import type { RgbImage } from "./image.ts";

type Colour = readonly [red: number, green: number, blue: number];

/** The colours of a picture's quarters: top left, top right, bottom left, bottom right. */
const quarters: readonly [Colour, Colour, Colour, Colour] = [
  [200, 40, 40],
  [40, 180, 60],
  [50, 60, 190],
  [220, 210, 60],
];
const width = 120;
const height = 96;

/** The picture of four quarters, for sharp to encode. */
function quartered(colours: readonly Colour[] = quarters): Sharp {
  const pixels = paint(width, height, (x, y) => colourAt(colours, x / width, y / height));
  return sharp(pixels, { raw: { width, height, channels: 3 } });
}

function colourAt(colours: readonly Colour[], x: number, y: number): Colour {
  return colours[(y < 0.5 ? 0 : 2) + (x < 0.5 ? 0 : 1)] as Colour;
}

function paint(
  columns: number,
  rows: number,
  colour: (x: number, y: number) => readonly number[],
): Uint8Array {
  return Uint8Array.from(
    Array.from({ length: columns * rows }, (_, at) => colour(at % columns, Math.floor(at / columns))).flat(),
  );
}

/** The colours in the middle of an image's quarters. */
function quartersOf({ width, height, data }: RgbImage): number[][] {
  return [0.25, 0.75].flatMap((y) =>
    [0.25, 0.75].map((x) => {
      const at = 3 * (Math.floor(y * height) * width + Math.floor(x * width));
      return [...data.subarray(at, at + 3)];
    }),
  );
}

/** Compares colours with the tolerance that lossy formats need. */
function expectQuarters(image: RgbImage, expected: readonly Colour[] = quarters, tolerance = 6): void {
  expect(image.data).toHaveLength(image.width * image.height * 3);
  for (const [index, colour] of quartersOf(image).entries()) {
    for (const [channel, value] of colour.entries()) {
      const difference = Math.abs(value - (expected[index]?.[channel] ?? Number.NaN));
      expect({ index, channel, value, near: difference <= tolerance }).toMatchObject({ near: true });
    }
  }
}

async function faultOf(bytes: Uint8Array): Promise<ImageFault> {
  const error: unknown = await decodeImage(bytes, 1920).catch((error: unknown) => error);
  expect(error).toMatchObject({ name: "ImageError" });
  return (error as { readonly fault: ImageFault }).fault;
}

describe("decodeImage", () => {
  test.each<[string, () => Sharp]>([
    ["JPEG", () => quartered().jpeg({ quality: 95 })],
    ["progressive JPEG", () => quartered().jpeg({ quality: 95, progressive: true })],
    ["JPEG without chroma subsampling", () => quartered().jpeg({ quality: 95, chromaSubsampling: "4:4:4" })],
    ["PNG", () => quartered().png()],
    ["interlaced PNG", () => quartered().png({ progressive: true })],
    ["PNG with a palette", () => quartered().png({ palette: true })],
    ["PNG of 16 bits", () => quartered().toColourspace("rgb16").png()],
  ])("reads a %s", async (_, encoder) => {
    const { image, ...size } = await decodeImage(await encoder().toBuffer(), 1920);
    expect(size).toEqual({ width, height });
    expect(image).toMatchObject({ width, height });
    expectQuarters(image);
  });

  test("turns CMYK into red, green and blue", async () => {
    const bytes = await quartered().toColourspace("cmyk").jpeg({ quality: 95 }).toBuffer();
    expect((await sharp(bytes).metadata()).space).toBe("cmyk");
    // Inks cannot show all colours: hues have to be right, not values.
    expectQuarters((await decodeImage(bytes, 1920)).image, quarters, 55);
  });

  test.each<[string, (image: Sharp) => Sharp]>([
    ["JPEG", (image) => image.jpeg({ quality: 95 })],
    ["PNG", (image) => image.png()],
  ])("gives a grey %s three equal channels", async (_, encode) => {
    const greys = [20, 90, 160, 230].map((grey): Colour => [grey, grey, grey]);
    const bytes = await encode(quartered(greys).toColourspace("b-w")).toBuffer();
    expect((await sharp(bytes).metadata()).channels).toBe(1);
    expectQuarters((await decodeImage(bytes, 1920)).image, greys);
  });

  test("puts what is transparent on black, in colour and in grey", async () => {
    const pixels = paint(width, height, (x, y) => [
      200,
      200,
      200,
      colourAt(
        [
          [0, 0, 0],
          [128, 0, 0],
          [255, 0, 0],
          [255, 0, 0],
        ],
        x / width,
        y / height,
      )[0],
    ]);
    const expected = [0, 100, 200, 200].map((grey): Colour => [grey, grey, grey]);
    for (const space of ["srgb", "b-w"]) {
      const picture = sharp(pixels, { raw: { width, height, channels: 4 } }).toColourspace(space);
      const bytes = await picture.png().toBuffer();
      expect((await sharp(bytes).metadata()).hasAlpha).toBe(true);
      expectQuarters((await decodeImage(bytes, 1920)).image, expected);
    }
  });

  describe("Exif orientation", () => {
    /**
     * Where the upright pixel (u, v), in ratios, is stored: x = u or 1 - u, y likewise, exchanged from 5 on. See
     * the tag Orientation in JEITA CP-3451, "Exchangeable image file format for digital still cameras".
     */
    const stored: Readonly<Record<number, (x: number, y: number) => [u: number, v: number]>> = {
      1: (x, y) => [x, y],
      2: (x, y) => [1 - x, y],
      3: (x, y) => [1 - x, 1 - y],
      4: (x, y) => [x, 1 - y],
      5: (x, y) => [y, x],
      6: (x, y) => [1 - y, x],
      7: (x, y) => [1 - y, 1 - x],
      8: (x, y) => [y, 1 - x],
    };

    test.each(Object.keys(stored).map(Number))("%d gives the same upright picture", async (orientation) => {
      const [columns, rows] = orientation < 5 ? [width, height] : [height, width];
      const pixels = paint(columns, rows, (x, y) => {
        const upright = stored[orientation]?.((x + 0.5) / columns, (y + 0.5) / rows) ?? [0, 0];
        return colourAt(quarters, ...upright);
      });
      for (const format of ["jpeg", "png"] as const) {
        const bytes = await sharp(pixels, { raw: { width: columns, height: rows, channels: 3 } })
          .withMetadata({ orientation })
          .toFormat(format, { quality: 95 })
          .toBuffer();
        const { image, ...size } = await decodeImage(bytes, 1920);
        expect(size).toEqual({ width, height });
        expect(image).toMatchObject({ width, height });
        expectQuarters(image);
      }
    });
  });

  test("shrinks to the long side, keeps the shape and tells the original's size", async () => {
    const bytes = await quartered().resize(1200, 960, { kernel: "nearest" }).jpeg().toBuffer();
    const decoded = await decodeImage(bytes, 150);
    expect(decoded).toMatchObject({ width: 1200, height: 960, image: { width: 150, height: 120 } });
    expectQuarters(decoded.image);
  });

  test("never enlarges", async () => {
    const decoded = await decodeImage(await quartered().png().toBuffer(), 1920);
    expect(decoded.image).toMatchObject({ width, height });
  });

  test("takes 80 pixels on a side, and no fewer on either", async () => {
    const ofSize = (columns: number, rows: number) =>
      quartered().resize(columns, rows, { fit: "fill" }).png().toBuffer();
    expect(await decodeImage(await ofSize(minimumSide, minimumSide), 1920)).toMatchObject({ width: 80 });
    expect(await faultOf(await ofSize(79, 200))).toBe("too-small");
    expect(await faultOf(await ofSize(200, 79))).toBe("too-small");
  });

  test("refuses a size that is only claimed, at once and without memory for it", async () => {
    const bomb = pngClaiming(60_000, 60_000);
    expect(bomb.length).toBeLessThan(10_000);
    const memory = process.memoryUsage.rss();
    const start = performance.now();
    expect(await faultOf(bomb)).toBe("too-many-pixels");
    expect(performance.now() - start).toBeLessThan(1_000);
    expect(process.memoryUsage.rss() - memory).toBeLessThan(64 * 2 ** 20);
  });

  test("refuses what a decoder would hold whole, and not what it reads by rows", async () => {
    expect(await faultOf(pngClaiming(9000, 9000, [16, 6, 0, 0, 1]))).toBe("too-many-pixels");
    expect(await faultOf(pngClaiming(9000, 9000, [16, 6, 0, 0, 0]))).toBe("undecodable");
  });

  test("refuses a claimed size that fits, when the pixels are missing", async () => {
    expect(await faultOf(pngClaiming(500, 500))).toBe("undecodable");
  });

  test.each(["jpeg", "png"] as const)("refuses a %s that is cut short", async (format) => {
    const bytes = await quartered().toFormat(format).toBuffer();
    expect(await faultOf(bytes.subarray(0, Math.floor(bytes.length * 0.7)))).toBe("undecodable");
    expect(await faultOf(bytes.subarray(0, 20))).toBe("undecodable");
  });

  test.each(["webp", "gif", "tiff", "avif"] as const)("refuses %s", async (format) => {
    expect(await faultOf(await quartered().toFormat(format).toBuffer())).toBe("unknown-format");
  });

  test.each([
    ["text", "Not a picture at all"],
    ["SVG", '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="200"/>'],
    ["nothing", ""],
  ])("refuses %s", async (_, text) => {
    expect(await faultOf(Buffer.from(text))).toBe("unknown-format");
  });

  test("hands no other format to a parser, whatever the first bytes say", async () => {
    const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="200"/>';
    await expect(sharp(Buffer.from(svg)).metadata()).rejects.toThrow();
    const disguised = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), Buffer.from(svg)]);
    expect(await faultOf(disguised)).toBe("undecodable");
  });
});

describe("hasKnownSignature", () => {
  test.each<[boolean, number[]]>([
    [true, [0xff, 0xd8, 0xff, 0xe0]],
    [true, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
    [false, [0xff, 0xd8]],
    [false, [0x89, 0x50, 0x4e, 0x47]],
    [false, []],
  ])("is %s for %j", (known, bytes) => {
    expect(hasKnownSignature(Uint8Array.from(bytes))).toBe(known);
  });
});
