/** The value of a 16-bit float of IEEE 754, as its definition says; finite ones. */
export function valueOfHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}

/** Bits of the 16-bit floats nearest to numbers of -1..1. */
export function halvesOf(values: Float32Array): Uint16Array {
  return Uint16Array.from(values, (value) => {
    const size = Math.abs(value);
    // Below 2^-14 halves are 2^-24 apart, above 1024 in each power of two.
    const exponent = Math.max(-14, Math.floor(Math.log2(size)));
    const steps = Math.round(size / 2 ** (exponent - 10));
    return (value < 0 ? 0x8000 : 0) + (size < 2 ** -14 ? steps : steps + ((exponent + 14) << 10));
  });
}
