/** Bytes before the components: their number and a number that is not used, 16 bits each. */
const headerBytes = 4;

const single = new Float32Array(1);
const singleBits = new Uint32Array(single.buffer);

/**
 * A vector in the binary form that pgvector's `halfvec` takes: 16-bit floats, the upper byte first, behind their
 * number. The embedded database reads its text ten times slower.
 *
 * @param vector components of at most 65,504; they are rounded to the nearest 16-bit float, as pgvector does.
 */
export function encodeHalfVector(vector: Float32Array): Buffer {
  const bytes = Buffer.alloc(headerBytes + 2 * vector.length);
  bytes.writeUInt16BE(vector.length, 0);
  for (const [index, value] of vector.entries()) bytes.writeUInt16BE(toHalf(value), headerBytes + 2 * index);
  return bytes;
}

/**
 * The bits of the IEEE 754 binary16 nearest to a number, of two equally near ones the even.
 */
function toHalf(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(value);
  if (magnitude < smallestNormal) {
    // The last bit of one half, as a single, is 2^-24, which is that of these: adding rounds to it.
    single[0] = magnitude + 0.5;
    return sign | ((singleBits[0] as number) - bitsOfOneHalf);
  }
  single[0] = magnitude;
  const bits = singleBits[0] as number;
  const isOdd = (bits >> 13) & 1;
  return sign | ((bits - rebias + 0xfff + isOdd) >> 13);
}

/** 2^-14: smaller halves have fewer significant bits. */
const smallestNormal = 2 ** -14;
const bitsOfOneHalf = 0x3f000000;
/** From a single's exponent, biased by 127, to a half's, biased by 15. */
const rebias = (127 - 15) << 23;
