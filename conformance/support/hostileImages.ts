import { deflateSync } from "node:zlib";
import { pngChunk } from "./pngChunk.ts";

/**
 * A small PNG whose header claims any size; its pixels are those of a few rows.
 *
 * @param form what follows the size in the header: depth, colour type, compression, filter, interlace.
 */
export function pngClaiming(
  width: number,
  height: number,
  form: readonly number[] = [8, 2, 0, 0, 0],
): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set(form, 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    pngChunk("IHDR", header),
    pngChunk("IDAT", deflateSync(Buffer.alloc(4 * (1 + 3 * width)))),
    pngChunk("IEND", Buffer.alloc(0)),
  ]);
}
