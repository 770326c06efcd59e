// AssemblyScript: compiled to WebAssembly with SIMD by `npm run build`. `../kernels.ts` says what each does.
// Images are 8-bit RGB, interleaved, row by row; results are planes of 32-bit floats.

/** Bytes that may be read beyond an image's last pixel. */
const slack: usize = 16;

/** Floats that may be written beyond a blended row. */
const rowSlack: usize = 16;

export function allocate(bytes: usize): usize {
  return heap.alloc(bytes + slack);
}

export function release(pointer: usize): void {
  heap.free(pointer);
}

export function halve(from: usize, width: i32, height: i32, to: usize): void {
  const stride = <usize>width * 3;
  const columns = width >> 1;
  const rows = height >> 1;
  const two = i16x8.splat(2);
  for (let y = 0; y < rows; y++) {
    let at = from + <usize>y * 2 * stride;
    for (let x = 0; x < columns; x++, at += 6, to += 3) {
      const above = i16x8.add(v128.load_ext<u8>(at), v128.load_ext<u8>(at + 3));
      const below = i16x8.add(v128.load_ext<u8>(at + stride), v128.load_ext<u8>(at + stride + 3));
      const mean = i16x8.shr_u(i16x8.add(i16x8.add(above, below), two), 2);
      // The fourth byte is overwritten by the next pixel, or falls into the slack.
      v128.store_lane<u32>(to, i8x16.narrow_i16x8_u(mean, mean), 0);
    }
  }
}

export function shrinkToPlanes(
  from: usize,
  width: i32,
  height: i32,
  scratch: usize,
  to: usize,
  contentWidth: i32,
  contentHeight: i32,
  planeWidth: i32,
  planeHeight: i32,
  left: i32,
  top: i32,
  step: f64,
): void {
  const stride = <usize>width * 3;
  const plane = <usize>planeWidth * planeHeight * 4;
  const row = scratch;
  const columns = scratch + (stride + rowSlack) * 4;
  // Four pixels at a time: planes are wide enough, and what is beyond the content is filled afterwards.
  const sampledWidth = (contentWidth + 3) & ~3;
  const isWhole = step === 1;
  // Of other widths the last pixel would take part of what is right of it.
  const isThreeToTwo = step === 1.5 && width % 3 !== 1;
  if (!isWhole && !isThreeToTwo) placeColumns(columns, sampledWidth, width, step);
  for (let y = 0; y < contentHeight; y++) {
    const position = within((<f64>y + 0.5) * step - 0.5, height - 1);
    const above = <i32>position;
    const upper = from + <usize>above * stride;
    const lower = above + 1 < height ? upper + stride : upper;
    const blue = to + (<usize>(top + y) * planeWidth + left) * 4;
    const green = blue + plane;
    const red = green + plane;
    if (isWhole) {
      copyRow(upper, sampledWidth, red);
      copyRow(upper + 1, sampledWidth, green);
      copyRow(upper + 2, sampledWidth, blue);
    } else if (isThreeToTwo) {
      const isUpperNearer = (y & 1) === 0;
      const nearer = isUpperNearer ? upper : lower;
      const farther = isUpperNearer ? lower : upper;
      sampleThreeToTwo(nearer, farther, sampledWidth, red);
      sampleThreeToTwo(nearer + 1, farther + 1, sampledWidth, green);
      sampleThreeToTwo(nearer + 2, farther + 2, sampledWidth, blue);
    } else {
      blendRows(upper, lower, <f32>(position - <f64>above), stride, row);
      // The pixel right of the last is the last once more.
      v128.store(row + stride * 4, v128.load(row + (stride - 3) * 4));
      sampleColumns(row, columns, sampledWidth, red, green, blue);
    }
    blacken(blue, left, contentWidth, planeWidth);
    blacken(green, left, contentWidth, planeWidth);
    blacken(red, left, contentWidth, planeWidth);
  }
  const above = <usize>top * planeWidth * 4;
  const filled = <usize>(top + contentHeight) * planeWidth * 4;
  for (let channel = 0; channel < 3; channel++) {
    const start = to + <usize>channel * plane;
    memory.fill(start, 0, above);
    memory.fill(start + filled, 0, plane - filled);
  }
}

/** Makes what is left and right of a row's content black. */
function blacken(content: usize, left: i32, contentWidth: i32, planeWidth: i32): void {
  memory.fill(content - <usize>left * 4, 0, <usize>left * 4);
  memory.fill(content + <usize>contentWidth * 4, 0, <usize>(planeWidth - left - contentWidth) * 4);
}

/** Writes a row of one channel as it is. */
function copyRow(from: usize, count: i32, to: usize): void {
  const end = to + <usize>count * 4;
  for (; to < end; to += 16, from += 12) {
    const bytes = v128.load(from);
    const four = v128.shuffle<u8>(bytes, bytes, 0, 3, 6, 9, 0, 3, 6, 9, 0, 3, 6, 9, 0, 3, 6, 9);
    v128.store(to, f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(i16x8.extend_low_i8x16_u(four))));
  }
}

/**
 * Writes a row of one channel where two pixels are made of three each way, so that every fourth of a pixel's side counts
 * alike: sums of whole numbers give the bits that blending gives, sooner.
 *
 * @param nearer the channel's first byte in the row that makes three fourths.
 */
function sampleThreeToTwo(nearer: usize, farther: usize, count: i32, to: usize): void {
  const weights = i16x8(3, 1, 3, 1, 3, 1, 3, 1);
  const sixteenth = f32x4.splat(0.0625);
  const three = i16x8.splat(3);
  const end = to + <usize>count * 4;
  for (; to < end; to += 16, nearer += 18, farther += 18) {
    const rows = i16x8.add(i16x8.mul(neighbours(nearer), three), neighbours(farther));
    v128.store(to, f32x4.mul(f32x4.convert_i32x4_s(i32x4.dot_i16x8_s(rows, weights)), sixteenth));
  }
}

/** Of six pixels' channel, those of each of four samples: the nearer pixel and the farther. */
function neighbours(at: usize): v128 {
  const bytes = v128.load(at);
  return i16x8.extend_low_i8x16_u(
    v128.shuffle<u8>(bytes, bytes, 0, 3, 6, 3, 9, 12, 15, 12, 0, 3, 6, 3, 9, 12, 15, 12),
  );
}

/** Writes the table of a row's columns: where each lies, in bytes of blended pixels, and how far to the next. */
function placeColumns(columns: usize, count: i32, width: i32, step: f64): void {
  for (let x = 0; x < count; x++) {
    const position = within((<f64>x + 0.5) * step - 0.5, width - 1);
    const before = <i32>position;
    const column = columns + <usize>x * 8;
    store<u32>(column, before * 12);
    store<f32>(column, <f32>(position - <f64>before), 4);
  }
}

/** Samples a row of blended pixels at the places of a table of columns. */
function sampleColumns(row: usize, columns: usize, count: i32, red: usize, green: usize, blue: usize): void {
  for (let x: usize = 0; x < <usize>count; x += 4) {
    const column = columns + x * 8;
    const first = colourAt(row, column);
    const second = colourAt(row, column + 8);
    const third = colourAt(row, column + 16);
    const fourth = colourAt(row, column + 24);
    const redGreen = v128.shuffle<f32>(first, second, 0, 4, 1, 5);
    const redGreenBehind = v128.shuffle<f32>(third, fourth, 0, 4, 1, 5);
    const blues = v128.shuffle<f32>(first, second, 2, 6, 2, 6);
    const bluesBehind = v128.shuffle<f32>(third, fourth, 2, 6, 2, 6);
    v128.store(red + x * 4, v128.shuffle<f32>(redGreen, redGreenBehind, 0, 1, 4, 5));
    v128.store(green + x * 4, v128.shuffle<f32>(redGreen, redGreenBehind, 2, 3, 6, 7));
    v128.store(blue + x * 4, v128.shuffle<f32>(blues, bluesBehind, 0, 1, 4, 5));
  }
}

/** Red, green and blue in a row of blended pixels, at the place that an entry of the table of columns tells. */
function colourAt(row: usize, column: usize): v128 {
  const left = row + load<u32>(column);
  return mix(v128.load(left), v128.load(left, 12), v128.load32_splat(column + 4));
}

/** Writes top + (bottom - top) * down for each byte of two rows, as floats; up to 15 more than there are bytes. */
function blendRows(top: usize, bottom: usize, down: f32, bytes: usize, to: usize): void {
  const weight = f32x4.splat(down);
  for (let at: usize = 0; at < bytes; at += 16) {
    const upper = v128.load(top + at);
    const lower = v128.load(bottom + at);
    const upperLow = i16x8.extend_low_i8x16_u(upper);
    const upperHigh = i16x8.extend_high_i8x16_u(upper);
    const lowerLow = i16x8.extend_low_i8x16_u(lower);
    const lowerHigh = i16x8.extend_high_i8x16_u(lower);
    const target = to + at * 4;
    v128.store(target, blend(i32x4.extend_low_i16x8_u(upperLow), i32x4.extend_low_i16x8_u(lowerLow), weight));
    v128.store(
      target,
      blend(i32x4.extend_high_i16x8_u(upperLow), i32x4.extend_high_i16x8_u(lowerLow), weight),
      16,
    );
    v128.store(
      target,
      blend(i32x4.extend_low_i16x8_u(upperHigh), i32x4.extend_low_i16x8_u(lowerHigh), weight),
      32,
    );
    v128.store(
      target,
      blend(i32x4.extend_high_i16x8_u(upperHigh), i32x4.extend_high_i16x8_u(lowerHigh), weight),
      48,
    );
  }
}

/** The mix of two times four whole numbers, as floats. */
function blend(a: v128, b: v128, share: v128): v128 {
  return mix(f32x4.convert_i32x4_s(a), f32x4.convert_i32x4_s(b), share);
}

export function warpToPlanes(
  from: usize,
  width: i32,
  height: i32,
  to: usize,
  size: i32,
  a: f64,
  b: f64,
  tx: f64,
  ty: f64,
): void {
  const stride = <usize>width * 3;
  const plane = <usize>size * size * 4;
  const zero = f64x2.splat(0);
  const lastColumn = f64x2.splat(<f64>(width - 1));
  const lastRow = f64x2.splat(<f64>(height - 1));
  for (let y = 0; y < size; y++) {
    const red = to + <usize>y * size * 4;
    const leftOfRow = f64x2.splat(b * y);
    const downOfRow = f64x2.splat(a * y);
    // Two pixels at a time; of an odd number, the last but one twice.
    for (let pair = 0; pair < size; pair += 2) {
      const x = min(pair, size - 2);
      const xs = f64x2(x, x + 1);
      const across = f64x2.sub(f64x2.mul(f64x2.splat(a), xs), leftOfRow);
      const down = f64x2.add(f64x2.mul(f64x2.splat(b), xs), downOfRow);
      const columns = f64x2.pmin(f64x2.pmax(f64x2.add(across, f64x2.splat(tx)), zero), lastColumn);
      const rows = f64x2.pmin(f64x2.pmax(f64x2.add(down, f64x2.splat(ty)), zero), lastRow);
      const left = i32x4.trunc_sat_f64x2_s_zero(columns);
      const above = i32x4.trunc_sat_f64x2_s_zero(rows);
      const right = f32x4.demote_f64x2_zero(f64x2.sub(columns, f64x2.convert_low_i32x4_s(left)));
      const below = f32x4.demote_f64x2_zero(f64x2.sub(rows, f64x2.convert_low_i32x4_s(above)));
      const first = colourBetween(
        from,
        stride,
        height,
        i32x4.extract_lane(left, 0),
        i32x4.extract_lane(above, 0),
        v128.shuffle<f32>(right, right, 0, 0, 0, 0),
        v128.shuffle<f32>(below, below, 0, 0, 0, 0),
      );
      const second = colourBetween(
        from,
        stride,
        height,
        i32x4.extract_lane(left, 1),
        i32x4.extract_lane(above, 1),
        v128.shuffle<f32>(right, right, 1, 1, 1, 1),
        v128.shuffle<f32>(below, below, 1, 1, 1, 1),
      );
      const redGreen = v128.shuffle<f32>(first, second, 0, 4, 1, 5);
      const blues = v128.shuffle<f32>(first, second, 2, 6, 2, 6);
      const at = red + <usize>x * 4;
      v128.store_lane<u64>(at, redGreen, 0);
      v128.store_lane<u64>(at + plane, redGreen, 1);
      v128.store_lane<u64>(at + plane * 2, blues, 0);
    }
  }
}

/**
 * The mix of four pixels around a place: red, green and blue.
 *
 * @param right, below how far the place is from the pixel left above it, four times each.
 */
function colourBetween(
  from: usize,
  stride: usize,
  height: i32,
  left: i32,
  above: i32,
  right: v128,
  below: v128,
): v128 {
  const at = from + <usize>above * stride + <usize>left * 3;
  // Below the last row there is no memory; right of the last column is what counts nothing.
  const next: usize = above + 1 < height ? at + stride : at;
  return mix(mixOfTwo(at, right), mixOfTwo(next, right), below);
}

/** The mix of a pixel and the next of its row. */
function mixOfTwo(at: usize, share: v128): v128 {
  const pixels = v128.load_ext<u8>(at);
  const steps = i16x8.sub(v128.shuffle<u16>(pixels, pixels, 3, 4, 5, 6, 7, 0, 1, 2), pixels);
  const start = f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(pixels));
  return f32x4.add(start, f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(steps)), share));
}

export function normalize(plane: usize, length: i32, mean: f64, factor: f64): void {
  const means = f64x2.splat(mean);
  const factors = f64x2.splat(factor);
  const end = plane + <usize>(length & ~1) * 4;
  for (; plane < end; plane += 8) {
    const pair = f64x2.promote_low_f32x4(v128.load_zero<u64>(plane));
    const normal = f32x4.demote_f64x2_zero(f64x2.mul(f64x2.sub(pair, means), factors));
    v128.store_lane<u64>(plane, normal, 0);
  }
  if (length & 1) store<f32>(plane, <f32>((<f64>load<f32>(plane) - mean) * factor));
}

function mix(a: v128, b: v128, share: v128): v128 {
  return f32x4.add(a, f32x4.mul(f32x4.sub(b, a), share));
}

function within(position: f64, last: i32): f64 {
  return min(max(position, 0), <f64>last);
}
