import { describe, expect, test } from "@jest/globals";
import type { Box } from "../geometry.ts";
import { type RgbImage, withPyramid } from "../image.ts";
import type { Net } from "../net.ts";
import { Detector, type DetectorSettings } from "./detector.ts";

/** A face is a white square here, and the net sees it well from so many of its own pixels. */
const wellSeenWidth = 8;
/** The score of a smaller one, before the sigmoid, and of others. */
const raw = { weak: Math.log(0.2 / 0.8), strong: Math.log(0.9 / 0.1) };

/**
 * A net with BlazeFace's outputs that finds white squares on black.
 *
 * @param looks takes the size of each image that the net is given.
 */
function squareFinder(looks: string[]): Pick<Net, "run"> {
  const run: Net["run"] = async (data, dims) => {
    const [, , height = 0, width = 0] = dims;
    looks.push(`${width} x ${height}`);
    const columns = width / 8;
    const cells = columns * (height / 8);
    const heads = new Float32Array(cells * 34).fill(-100, 0, cells * 2);
    for (const { left, top, width: side, height: down } of squaresOf(data, width, height)) {
      const middle = { x: left + side / 2, y: top + down / 2 };
      const [column, row] = [Math.floor(middle.x / 8), Math.floor(middle.y / 8)];
      const cell = row * columns + column;
      heads[cell] = side < wellSeenWidth ? raw.weak : raw.strong;
      const place = [middle.x - (column + 0.5) * 8, middle.y - (row + 0.5) * 8, side, down];
      for (const [number, value] of place.entries()) heads[(2 + number) * cells + cell] = value;
    }
    const nothing = new Float32Array((cells / 4) * 102).fill(-100, 0, (cells / 4) * 6);
    return (name) => (name === "heads_8" ? heads : nothing);
  };
  return { run };
}

/** Squares that are white in the first plane. */
function squaresOf(plane: Float32Array, width: number, height: number): Box[] {
  const isWhite = (x: number, y: number) =>
    x >= 0 && y >= 0 && x < width && y < height && (plane[y * width + x] as number) > 127;
  const squares: Box[] = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (!isWhite(x, y) || isWhite(x - 1, y) || isWhite(x, y - 1)) continue;
      let [right, bottom] = [x, y];
      while (isWhite(right, y)) right++;
      while (isWhite(x, bottom)) bottom++;
      squares.push({ left: x, top: y, width: right - x, height: bottom - y });
    }
  }
  return squares;
}

function draw(width: number, height: number, squares: readonly Box[]): RgbImage {
  const data = new Uint8Array(width * height * 3);
  for (const { left, top, width: side, height: down } of squares) {
    for (let y = top; y < top + down; y++) {
      data.fill(255, (y * width + left) * 3, (y * width + left + side) * 3);
    }
  }
  return { width, height, data };
}

const square = (left: number, top: number, side: number): Box => ({ left, top, width: side, height: side });

const settings: DetectorSettings = {
  outputs: "blazeface",
  minimumScore: 0.75,
  maximumOverlap: 0.3,
  longSides: [320],
  closer: {
    fromScore: 0.1,
    belowWidth: 12,
    size: 64,
    margin: 2,
    most: { candidates: 3, longSide: 640 },
  },
};

async function look(image: RgbImage, others: Partial<DetectorSettings> = {}) {
  const looks: string[] = [];
  const detector = new Detector(squareFinder(looks), { ...settings, ...others });
  const faces = await withPyramid(image, (pyramid) => detector.detect(pyramid));
  return { looks, boxes: faces.map(({ box }) => box).sort((a, b) => a.left - b.left) };
}

/** Expects boxes where they were drawn, to a pixel. */
function expectNear(boxes: readonly Box[], drawn: readonly Box[]) {
  expect(boxes).toHaveLength(drawn.length);
  for (const [index, { left, top, width, height }] of drawn.entries()) {
    const box = boxes[index] as Box;
    for (const [actual, expected] of [
      [box.left, left],
      [box.top, top],
      [box.width, width],
      [box.height, height],
    ] as const) {
      expect(Math.abs(actual - expected)).toBeLessThanOrEqual(1);
    }
  }
}

describe("a closer look", () => {
  test("finds what a small look at the whole image saw too little of, where it is", async () => {
    const small = [square(200, 400, 20), square(900, 100, 24)];
    const { looks, boxes } = await look(draw(1280, 704, small));
    expect(looks).toEqual(["320 x 192", "64 x 64", "64 x 64"]);
    expectNear(boxes, small);
  });

  test("is not taken where nothing may be", async () => {
    const { looks, boxes } = await look(draw(1280, 704, []));
    expect(looks).toEqual(["320 x 192"]);
    expect(boxes).toEqual([]);
  });

  test("is not taken of what is large", async () => {
    const large = square(300, 200, 160);
    const { looks, boxes } = await look(draw(1280, 704, [large]));
    expect(looks).toEqual(["320 x 192"]);
    expectNear(
      boxes.map((box) => ({ ...box, left: box.left })),
      [{ ...large }],
    );
  });

  test.each([320, 384])("is not taken where an image of %i pixels shows no more", async (width) => {
    const { looks, boxes } = await look(draw(width, width / 2, [square(40, 40, 6)]));
    expect(looks).toHaveLength(1);
    expect(boxes).toEqual([]);
  });

  test("gives way to a larger look at the whole image in a crowd", async () => {
    const crowd = [100, 300, 500, 700].map((left) => square(left, 320, 24));
    const { looks, boxes } = await look(draw(1280, 704, crowd));
    expect(looks).toEqual(["320 x 192", "640 x 352"]);
    expectNear(boxes, crowd);
  });

  test("is no part of settings without it", async () => {
    const { closer: _, ...without } = settings;
    const looks: string[] = [];
    const detector = new Detector(squareFinder(looks), without);
    const faces = await withPyramid(draw(1280, 704, [square(200, 400, 20)]), (pyramid) =>
      detector.detect(pyramid),
    );
    expect([looks, faces]).toEqual([["320 x 192"], []]);
  });
});

describe("looks at the whole image", () => {
  test("put a small image into the middle of the least canvas", async () => {
    const face = square(10, 8, 40);
    const { looks, boxes } = await look(draw(80, 64, [face]), { leastCanvas: 128 });
    expect(looks).toEqual(["128 x 128"]);
    expect(boxes).toEqual([face]);
  });

  test.each([
    [1000, 4.5, ["640 x 320", "160 x 96", "96 x 64"]],
    [300, 4.5, ["320 x 160", "96 x 64"]],
    [300, undefined, ["320 x 160", "160 x 96", "96 x 64"]],
    [60, 4.5, ["64 x 32"]],
  ])("of an image %i pixels wide, with a spacing of %p", async (width, spacing, expected) => {
    const image = draw(width, Math.round(width / 2), []);
    const { looks } = await look(image, { longSides: [640, 160, 80], ...(spacing && { spacing }) });
    expect(looks).toEqual(expected);
  });
});
