// AssemblyScript: compiled to WebAssembly with SIMD by `npm run build`. `../vectorPages.ts` says what it does.

/**
 * A half (sign, 5 bits of exponent, 10 of fraction) becomes the bits of a 32-bit float by a shift: widened with its
 * sign, moved 13 places to the left, and freed of the copies of the sign that stand above the exponent. That float
 * is the half's value times 2^-112, subnormal ones included, since its exponent counts from -127 and not from -15.
 */
export function innerProducts(
  rows: usize,
  rowsEnd: usize,
  query: usize,
  queryEnd: usize,
  products: usize,
): void {
  const withoutSignCopies = i32x4.splat(0x8fffffff);
  let row = rows;
  do {
    let even = f32x4.splat(0);
    let odd = f32x4.splat(0);
    let at = query;
    do {
      even = f32x4.add(even, f32x4.mul(fourHalves(row, withoutSignCopies), v128.load(at)));
      odd = f32x4.add(odd, f32x4.mul(fourHalves(row + 8, withoutSignCopies), v128.load(at, 16)));
      even = f32x4.add(even, f32x4.mul(fourHalves(row + 16, withoutSignCopies), v128.load(at, 32)));
      odd = f32x4.add(odd, f32x4.mul(fourHalves(row + 24, withoutSignCopies), v128.load(at, 48)));
      row += 32;
      at += 64;
    } while (at < queryEnd);
    const sum = f32x4.add(even, odd);
    const low = f32x4.extract_lane(sum, 0) + f32x4.extract_lane(sum, 1);
    const high = f32x4.extract_lane(sum, 2) + f32x4.extract_lane(sum, 3);
    store<f32>(products, low + high);
    products += 4;
  } while (row < rowsEnd);
}

/** Four halves as floats, times 2^-112. */
function fourHalves(at: usize, withoutSignCopies: v128): v128 {
  return v128.and(i32x4.shl(v128.load_ext<i16>(at), 13), withoutSignCopies);
}
