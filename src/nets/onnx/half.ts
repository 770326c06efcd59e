/** By exponent, what one unit of the significand of a binary16 is worth; subnormal numbers share the lowest. */
const significandUnits = Array.from({ length: 31 }, (_, exponent) => 2 ** (Math.max(exponent, 1) - 25));

/** Widens IEEE 754 binary16 numbers. */
export function halfToSingle(halves: Uint16Array): Float32Array {
  const singles = new Float32Array(halves.length);
  for (const [index, bits] of halves.entries()) {
    const exponent = (bits >> 10) & 0x1f;
    const fraction = bits & 0x3ff;
    const unit = significandUnits[exponent];
    const magnitude =
      unit === undefined
        ? fraction === 0
          ? Number.POSITIVE_INFINITY
          : Number.NaN
        : (exponent === 0 ? fraction : fraction + 1024) * unit;
    singles[index] = bits & 0x8000 ? -magnitude : magnitude;
  }
  return singles;
}
