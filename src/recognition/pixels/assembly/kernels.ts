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
  step: f64,
): void {
  const stride = <usize>width * 3;
  const plane = <usize>planeWidth * planeHeight * 4;
  const row = scratch;
  const columns = scratch + (stride + rowSlack) * 4;
  // Four pixels at a time: planes are wide enough, and what is beyond the content is filled afterwards.
  const sampledWidth = (contentWidth + 3) & ~3;
  for (let x = 0; x < sampledWidth; x++) {
    const position = within((<f64>x + 0.5) * step - 0.5, width - 1);
    const before = <i32>position;
    const column = columns + <usize>x * 8;
    store<u32>(column, before * 12);
    store<f32>(column, <f32>(position - <f64>before), 4);
  }
  for (let y = 0; y < contentHeight; y++) {
    const position = within((<f64>y + 0.5) * step - 0.5, height - 1);
    const above = <i32>position;
    const top = from + <usize>above * stride;
    const bottom = above + 1 < height ? top + stride : top;
    blendRows(top, bottom, <f32>(position - <f64>above), stride, row);
    // The pixel right of the last is the last once more.
    v128.store(row + stride * 4, v128.load(row + (stride - 3) * 4));
    const blue = to + <usize>y * planeWidth * 4;
    const green = blue + plane;
    const red = green + plane;
    for (let x: usize = 0; x < <usize>sampledWidth; x += 4) {
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
    const padding = <usize>(planeWidth - contentWidth) * 4;
    memory.fill(blue + <usize>contentWidth * 4, 0, padding);
    memory.fill(green + <usize>contentWidth * 4, 0, padding);
    memory.fill(red + <usize>contentWidth * 4, 0, padding);
  }
  const filled = <usize>contentHeight * planeWidth * 4;
  for (let channel = 0; channel < 3; channel++) {
    memory.fill(to + <usize>channel * plane + filled, 0, plane - filled);
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
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++, to += 4) {
      const sourceX = within(a * x - b * y + tx, width - 1);
      const sourceY = within(b * x + a * y + ty, height - 1);
      const left = <i32>sourceX;
      const above = <i32>sourceY;
      const at = from + <usize>above * stride + <usize>left * 3;
      const right: usize = left + 1 < width ? 3 : 0;
      const below: usize = above + 1 < height ? stride : 0;
      const along = f32x4.splat(<f32>(sourceX - <f64>left));
      const down = f32x4.splat(<f32>(sourceY - <f64>above));
      const top = mix(floats(at), floats(at + right), along);
      const bottom = mix(floats(at + below), floats(at + below + right), along);
      const colour = mix(top, bottom, down);
      v128.store_lane<f32>(to, colour, 0);
      v128.store_lane<f32>(to + plane, colour, 1);
      v128.store_lane<f32>(to + plane * 2, colour, 2);
    }
  }
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

/** Four bytes as floats. */
function floats(at: usize): v128 {
  const bytes = v128.load32_zero(at);
  return f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(bytes)));
}

function within(position: f64, last: i32): f64 {
  return min(max(position, 0), <f64>last);
}
