import { deflateSync, gzipSync } from "node:zlib";
import { createCanvas } from "@napi-rs/canvas";
import fc from "fast-check";
import sharp from "sharp";
import { pngChunk } from "../../conformance/support/pngChunk.ts";
import { drawPhoto } from "../../test/support/drawnFaces/drawPhoto.ts";

/** A file that is sent as an image. */
export interface HostileFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const mebibyte = 1024 * 1024;
const side = 10_000;

/** Photos with drawn faces, in the forms that files go wrong from. */
async function validFiles(): Promise<Uint8Array[]> {
  const faces = [{ identity: "a", x: 100, y: 100, size: 90 }];
  const jpeg = drawPhoto({ width: 200, height: 200, faces }).bytes;
  const png = drawPhoto({ width: 200, height: 200, faces, format: "png" }).bytes;
  return [
    jpeg,
    png,
    await sharp(jpeg).jpeg({ progressive: true }).withMetadata({ orientation: 6 }).toBuffer(),
    await sharp(jpeg).toColourspace("cmyk").jpeg().toBuffer(),
    await sharp(jpeg).png({ progressive: true, palette: true }).toBuffer(),
    await sharp(jpeg).toColourspace("rgb16").png().toBuffer(),
  ];
}

/** Files made by hand: bombs, parsers' corner cases, other formats under a known beginning. */
export async function handmadeFiles(): Promise<HostileFile[]> {
  const [jpeg = Buffer.alloc(0), png = Buffer.alloc(0), ...others] = (await validFiles()).map((file) =>
    Buffer.from(file),
  );
  const zeros = deflateSync(Buffer.alloc(256 * mebibyte));
  const profile = Buffer.concat([Buffer.from("icc\0\0"), zeros]);
  const text = Buffer.concat([Buffer.from("Comment\0\0"), zeros]);
  const orientation = (value: number) => sharp(jpeg).withMetadata({ orientation: value }).toBuffer();
  const files: Record<string, Uint8Array> = {
    nothing: Buffer.alloc(0),
    "one byte": Buffer.from([0xff]),
    "a JPEG's first bytes": Buffer.from([0xff, 0xd8, 0xff]),
    "a PNG's first bytes": png.subarray(0, 8),
    text: Buffer.from("This is no image."),
    "an SVG with an entity bomb": Buffer.from(
      '<!DOCTYPE s [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><svg>&b;</svg>',
    ),
    "an SVG that includes a file": Buffer.from(
      '<svg xmlns:xlink="x"><image xlink:href="file:///etc/passwd"/></svg>',
    ),
    "a GIF": Buffer.from("GIF89a\u0001\u0000\u0001\u0000\u0000\u0000\u0000;", "latin1"),
    "a WebP": createCanvas(100, 100).toBuffer("image/webp"),
    "a TIFF": await sharp(jpeg).tiff().toBuffer(),
    "a gzipped JPEG": gzipSync(jpeg),
    PostScript: Buffer.from("%!PS\nshowpage"),
    "an ImageMagick script": Buffer.from("push graphic-context\nimage over 0,0 0,0 'ephemeral:/etc/passwd'"),
    "all 5 MiB": Buffer.alloc(5 * mebibyte, 0xff),
    "a PNG of 100 megapixels in one bit": pngOf({ depth: 1, colour: 0 }),
    "a PNG of 100 megapixels in 16 bits": pngOf({ depth: 16, colour: 2 }),
    "the same with alpha, interlaced": pngOf({ depth: 16, colour: 6, interlaced: true }),
    "a JPEG of 100 megapixels, progressive": await flat(side, side)
      .jpeg({ progressive: true, quality: 1 })
      .toBuffer(),
    "a PNG of 80 x 1,250,000": pngOf({ depth: 8, colour: 0, width: 80, height: 1_250_000 }),
    "a PNG that claims 60,000 x 60,000": pngOf({
      depth: 8,
      colour: 2,
      width: 60_000,
      height: 60_000,
      rows: 4,
    }),
    "a PNG that claims 2^31 - 1": pngOf({ depth: 8, colour: 2, width: 80, height: 2 ** 31 - 1, rows: 4 }),
    "a PNG that claims no size": pngOf({ depth: 8, colour: 2, width: 0, height: 0, rows: 0 }),
    "a JPEG that claims 65,535 x 65,535": claimed(jpeg, 65_535, 65_535),
    "a JPEG that claims no size": claimed(jpeg, 0, 0),
    "a PNG with 256 MiB of colour profile": withChunk(png, pngChunk("iCCP", profile)),
    "a PNG with 256 MiB of text": withChunk(png, pngChunk("zTXt", text)),
    "a PNG with 256 MiB too many pixels": withChunk(png, pngChunk("IDAT", zeros)),
    "a PNG with 100,000 chunks": withChunk(
      png,
      ...Array.from({ length: 100_000 }, () => pngChunk("tEXt", Buffer.from("a\0b"))),
    ),
    "a PNG with a chunk that has no end": Buffer.concat([
      png.subarray(0, 33),
      Buffer.from("7fffffff49444154", "hex"),
    ]),
    "an animated PNG": withChunk(png, pngChunk("acTL", Buffer.from("ffffffff00000000", "hex"))),
    "a JPEG with 60,000 markers": Buffer.concat([
      jpeg.subarray(0, 2),
      Buffer.from("fffe0004ffff".repeat(60_000), "hex"),
      jpeg.subarray(2),
    ]),
    "a JPEG with a second image in it": Buffer.concat([jpeg, jpeg]),
    "a JPEG that is also HTML": Buffer.concat([jpeg, Buffer.from("<script>alert(1)</script>")]),
    "a JPEG that is also a ZIP": Buffer.concat([jpeg, Buffer.from("504b0506".padEnd(44, "0"), "hex")]),
    "a PNG that is also a JPEG": Buffer.concat([png, jpeg]),
    "a JPEG with a PNG's beginning": Buffer.concat([png.subarray(0, 8), jpeg]),
    "half a JPEG": jpeg.subarray(0, jpeg.length / 2),
    "half a PNG": png.subarray(0, png.length / 2),
    "a JPEG of 79 pixels": await flat(79, 4000).jpeg().toBuffer(),
    "a JPEG of 65,000 x 80": await flat(65_000, 80).jpeg().toBuffer(),
    "an orientation of 8": await orientation(8),
  };
  return [
    ...Object.entries(files).map(([name, bytes]) => ({ name, bytes })),
    ...others.map((bytes, index) => ({ name: `a valid file of a rare form, ${index}`, bytes })),
  ];
}

/** Valid files in which some bytes, lengths or blocks are others: the same for the same seed. */
export async function mutatedFiles(seed: number, count: number): Promise<HostileFile[]> {
  const valid = await validFiles();
  const mutation = fc.oneof(
    fc.record({
      kind: fc.constant("bytes" as const),
      at: fc.nat(),
      by: fc.uint8Array({ minLength: 1, maxLength: 4 }),
    }),
    // Headers and tables lie at the beginning.
    fc.record({
      kind: fc.constant("bytes" as const),
      at: fc.nat(700),
      by: fc.uint8Array({ minLength: 1, maxLength: 4 }),
    }),
    fc.record({
      kind: fc.constant("bytes" as const),
      at: fc.nat(700),
      by: fc.constant(Buffer.from("ffffffff", "hex")),
    }),
    fc.record({ kind: fc.constant("cut" as const), at: fc.nat() }),
    fc.record({ kind: fc.constant("repeat" as const), at: fc.nat(), length: fc.nat(2000) }),
  );
  const file = fc.tuple(fc.constantFrom(...valid), fc.array(mutation, { minLength: 1, maxLength: 6 }));
  return fc.sample(file, { seed, numRuns: count }).map(([original, mutations], index) => {
    let bytes = Buffer.from(original);
    for (const change of mutations) {
      const at = change.at % bytes.length;
      if (change.kind === "bytes") bytes.set(change.by.subarray(0, bytes.length - at), at);
      // Enough is left to begin like an image.
      else if (change.kind === "cut") bytes = bytes.subarray(0, Math.max(at, 12));
      else bytes = Buffer.concat([bytes, bytes.subarray(at, at + change.length)]);
    }
    return { name: `mutation ${index} of seed ${seed}`, bytes };
  });
}

function flat(width: number, height: number) {
  return sharp({ create: { width, height, channels: 3, background: "#808080" }, limitInputPixels: false });
}

interface PngPlan {
  readonly depth: number;
  /** 0 grey, 2 RGB, 6 RGB with alpha. */
  readonly colour: 0 | 2 | 6;
  readonly width?: number;
  readonly height?: number;
  readonly interlaced?: boolean;
  /** Rows that are there; all of them where absent. */
  readonly rows?: number;
}

/** A PNG of zeros, which deflates to a thousandth. */
function pngOf({
  depth,
  colour,
  width = side,
  height = side,
  interlaced = false,
  rows = height,
}: PngPlan): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, colour, 0, 0, interlaced ? 1 : 0], 8);
  const bits = depth * { 0: 1, 2: 3, 6: 4 }[colour];
  const passes = interlaced ? adam7(width, rows) : [[width, rows] as const];
  const size = passes.reduce(
    (sum, [columns, lines]) => sum + lines * (1 + Math.ceil((columns * bits) / 8)),
    0,
  );
  return Buffer.concat([
    Buffer.from("89504e470d0a1a0a", "hex"),
    pngChunk("IHDR", header),
    pngChunk("IDAT", deflateSync(Buffer.alloc(size))),
    pngChunk("IEND", Buffer.alloc(0)),
  ]);
}

/** Sizes of the seven passes: PNG specification, section 8.2. */
function adam7(width: number, height: number): (readonly [number, number])[] {
  const passes = [
    [0, 0, 8, 8],
    [4, 0, 8, 8],
    [0, 4, 4, 8],
    [2, 0, 4, 4],
    [0, 2, 2, 4],
    [1, 0, 2, 2],
    [0, 1, 1, 2],
  ] as const;
  return passes.map(([x, y, dx, dy]) => [Math.ceil((width - x) / dx), Math.ceil((height - y) / dy)] as const);
}

/** Puts chunks behind a PNG's header. */
function withChunk(png: Buffer, ...chunks: readonly Buffer[]): Buffer {
  return Buffer.concat([png.subarray(0, 33), ...chunks, png.subarray(33)]);
}

/** The same JPEG with another size in its frame header. */
function claimed(jpeg: Buffer, width: number, height: number): Buffer {
  const copy = Buffer.from(jpeg);
  const frame = copy.indexOf(Buffer.from([0xff, 0xc0]));
  copy.writeUInt16BE(height, frame + 5);
  copy.writeUInt16BE(width, frame + 7);
  return copy;
}
