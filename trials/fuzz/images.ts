import { createCanvas } from "@napi-rs/canvas";
import fc from "fast-check";
import { pngClaiming } from "../../conformance/support/hostileImages.ts";
import { drawPhoto } from "../../test/support/drawnFaces/drawPhoto.ts";

/** Photos that are in order: small ones, so that most time goes to what is not. */
const good: readonly Uint8Array[] = [
  ...["a", "b", "c"].map((identity) => photo(identity, "jpeg")),
  photo("a", "png"),
  drawPhoto({ width: 120, height: 100, faces: [] }).bytes,
];

/** What is no image, or none that can be analysed. */
const bad: readonly Uint8Array[] = [
  Buffer.from("This is no image."),
  Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="100" height="100"/>'),
  Buffer.from("GIF89a\u0001\u0000\u0001\u0000\u0000\u0000\u0000;", "latin1"),
  createCanvas(100, 100).toBuffer("image/webp"),
  Buffer.from([0xff, 0xd8, 0xff]),
  Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
  createCanvas(1, 1).toBuffer("image/png"),
  createCanvas(79, 4000).toBuffer("image/png"),
  pngClaiming(60_000, 60_000),
  pngClaiming(80, 1_000_000),
  pngClaiming(10_000, 10_000),
  pngClaiming(0, 0),
  pngClaiming(80, 2 ** 31 - 1),
];

/** A photo of one drawn face. */
export function photo(identity: string, format: "jpeg" | "png"): Uint8Array {
  return drawPhoto({ width: 120, height: 120, format, faces: [{ identity, x: 60, y: 60, size: 60 }] }).bytes;
}

const goodImage = fc.constantFrom(...good);

/** A good image of which some bytes are others, or the end is gone. */
const damaged = fc
  .tuple(goodImage, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 8 }), fc.nat(4))
  .map(([image, changes, cut]) => {
    const copy = Buffer.from(image);
    for (const [at, value] of changes) copy[at % copy.length] = value;
    return cut === 0 ? copy.subarray(0, (changes[0]?.[0] ?? 0) % copy.length) : copy;
  });

const random = fc.uint8Array({ maxLength: 200 });

/** Bytes for an image, in order or not. */
export const imageBytes: fc.Arbitrary<Uint8Array> = fc.oneof(
  { weight: 3, arbitrary: goodImage },
  { weight: 3, arbitrary: fc.constantFrom(...bad) },
  { weight: 2, arbitrary: damaged },
  { weight: 2, arbitrary: random },
);
