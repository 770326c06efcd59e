import { describe, expect, test } from "@jest/globals";
import { bytesAt, floatsAt, kernels, shrinkScratch } from "./kernels.ts";

interface Size {
  readonly width: number;
  readonly height: number;
}

interface Pixels extends Size {
  readonly data: Uint8Array;
}

/** Pixels without any order, the same ones each time. */
function noise(width: number, height: number): Pixels {
  let state = width * 65_537 + height;
  const data = Uint8Array.from({ length: width * height * 3 }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  });
  return { width, height, data };
}

/** Has a kernel write floats of an image that lies in its memory. */
function floatsOf(
  image: Pixels,
  length: number,
  write: (image: number, floats: number) => void,
): Float32Array {
  const pointer = kernels.allocate(image.data.length);
  bytesAt(pointer, image.data.length).set(image.data);
  const floats = kernels.allocate(length * Float32Array.BYTES_PER_ELEMENT);
  floatsAt(floats, length).fill(Number.NaN);
  write(pointer, floats);
  const written = floatsAt(floats, length).slice();
  kernels.release(floats);
  kernels.release(pointer);
  return written;
}

const { fround } = Math;

function mix(a: number, b: number, share: number): number {
  return fround(a + fround(fround(b - a) * share));
}

/** A place among `count` pixels: the pixel before it, the one after it, and how far it is between them. */
function between(position: number, count: number) {
  const inside = Math.min(Math.max(position, 0), count - 1);
  const before = Math.floor(inside);
  return { before, after: Math.min(before + 1, count - 1), share: fround(inside - before) };
}

function channelAt({ width, data }: Pixels, x: number, y: number, channel: number): number {
  return data[(y * width + x) * 3 + channel] as number;
}

describe("shrinkToPlanes", () => {
  interface Start {
    readonly left: number;
    readonly top: number;
  }

  /** What it is to write, by its definition. */
  function expected(image: Pixels, content: Size, plane: Size, start: Start, step: number): number[] {
    return [2, 1, 0].flatMap((channel) =>
      Array.from({ length: plane.width * plane.height }, (_, at) => {
        const x = (at % plane.width) - start.left;
        const y = Math.floor(at / plane.width) - start.top;
        if (x < 0 || y < 0 || x >= content.width || y >= content.height) return 0;
        const column = between((x + 0.5) * step - 0.5, image.width);
        const row = between((y + 0.5) * step - 0.5, image.height);
        const [left, right] = [column.before, column.after].map((of) =>
          mix(channelAt(image, of, row.before, channel), channelAt(image, of, row.after, channel), row.share),
        ) as [number, number];
        return mix(left, right, column.share);
      }),
    );
  }

  test.each([
    [1, { left: 0, top: 0 }],
    [1.5, { left: 0, top: 0 }],
    [1.3, { left: 0, top: 0 }],
    [2.25, { left: 0, top: 0 }],
    [1, { left: 4, top: 3 }],
    [1.5, { left: 8, top: 0 }],
    [1.3, { left: 0, top: 1 }],
    [2.25, { left: 12, top: 30 }],
  ])("samples every %d pixels, whatever the sides, beginning at %j", (step, start) => {
    for (const [width, height] of [
      [60, 42],
      [61, 43],
      [62, 44],
      [63, 40],
      [40, 65],
    ] as const) {
      const image = noise(width, height);
      const content = { width: Math.round(width / step), height: Math.round(height / step) };
      const plane = {
        width: Math.ceil((content.width + start.left) / 32) * 32,
        height: Math.ceil((content.height + start.top) / 32) * 32,
      };
      const planes = floatsOf(image, 3 * plane.width * plane.height, (from, to) => {
        const scratch = kernels.allocate(shrinkScratch(width, content.width));
        kernels.shrinkToPlanes(
          from,
          width,
          height,
          scratch,
          to,
          content.width,
          content.height,
          plane.width,
          plane.height,
          start.left,
          start.top,
          step,
        );
        kernels.release(scratch);
      });
      expect([...planes]).toEqual(expected(image, content, plane, start, step));
    }
  });
});

describe("warpToPlanes", () => {
  /** What it is to write, by its definition. */
  function expected(image: Pixels, size: number, a: number, b: number, tx: number, ty: number): number[] {
    return [0, 1, 2].flatMap((channel) =>
      Array.from({ length: size * size }, (_, at) => {
        const x = at % size;
        const y = Math.floor(at / size);
        const column = between(a * x - b * y + tx, image.width);
        const row = between(b * x + a * y + ty, image.height);
        const [above, below] = [row.before, row.after].map((of) =>
          mix(
            channelAt(image, column.before, of, channel),
            channelAt(image, column.after, of, channel),
            column.share,
          ),
        ) as [number, number];
        return mix(above, below, row.share);
      }),
    );
  }

  test.each([
    ["turned and enlarged, inside the frame", 16, [0.4, 0.3, 12, 4]],
    ["as it is", 16, [1, 0, 3, 5]],
    ["across the frame's edges", 24, [1.7, -0.9, -6, 10]],
    ["beyond the last row and column", 12, [1, 0.2, 25, 17]],
    ["far from the frame", 8, [1, 0, 1e6, -1e6]],
    ["of an odd side", 15, [0.8, 0.5, 7, 1]],
  ] as const)("samples a square %s", (_, size, [a, b, tx, ty]) => {
    const image = noise(31, 23);
    const planes = floatsOf(image, 3 * size * size, (from, to) =>
      kernels.warpToPlanes(from, image.width, image.height, to, size, a, b, tx, ty),
    );
    expect([...planes]).toEqual(expected(image, size, a, b, tx, ty));
  });
});
