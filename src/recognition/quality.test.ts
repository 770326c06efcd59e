import { describe, expect, test } from "@jest/globals";
import sharp, { type Sharp } from "sharp";
import { drawPhoto, type PhotoPlan, type TrueFace } from "../../test/support/drawnFaces/drawPhoto.ts";
import { markers } from "../../test/support/drawnFaces/layout.ts";
import type { EmbedderInput } from "./align.ts";
import { decodeImage } from "./decode.ts";
import { scalePoints } from "./geometry.ts";
import { ImagePyramid, type RgbImage } from "./image.ts";
import { measureQuality, type Quality } from "./quality.ts";

const template = markers.map(({ at }) => at) as unknown as EmbedderInput["template"];

const plan: PhotoPlan = {
  width: 400,
  height: 400,
  faces: [{ identity: "Ada", x: 200, y: 200, size: 200 }],
  format: "png",
};
const photo = drawPhoto(plan);
const { points } = photo.faces[0] as TrueFace;
const { image: face } = await decodeImage(photo.bytes, 400);

function measure(image: RgbImage, scale = 1): Quality {
  return measureQuality(new ImagePyramid(image), scalePoints(points, scale, scale), template);
}

async function change(work: (image: Sharp) => Sharp): Promise<RgbImage> {
  const { width, height } = face;
  const { data, info } = await work(sharp(face.data, { raw: { width, height, channels: 3 } }))
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
}

const flat = (value: number): RgbImage => ({ ...face, data: new Uint8Array(face.data.length).fill(value) });

const falling = (values: readonly number[]) =>
  values.every((value, at) => at === 0 || value < (values[at - 1] ?? 0));

describe("sharpness", () => {
  test("falls with every step of blur", async () => {
    const blurred = await Promise.all([1, 2, 4, 8, 16].map((sigma) => change((image) => image.blur(sigma))));
    const sharpness = [face, ...blurred].map((image) => measure(image).sharpness);
    expect(falling(sharpness)).toBe(true);
    expect(sharpness[0]).toBeGreaterThan(60);
    expect(sharpness.at(-1)).toBeLessThan(5);
  });

  test("falls where a small face was enlarged", async () => {
    const enlarged = await Promise.all(
      [100, 50, 25].map(async (side) => {
        const small = await change((image) => image.resize(side, side));
        const { data } = await sharp(small.data, { raw: { width: side, height: side, channels: 3 } })
          .resize(400, 400)
          .raw()
          .toBuffer({ resolveWithObject: true });
        return { ...face, data };
      }),
    );
    expect(falling([face, ...enlarged].map((image) => measure(image).sharpness))).toBe(true);
  });

  test("hardly changes when the light is halved", async () => {
    const dim = await change((image) => image.linear(0.5, 0));
    expect(Math.abs(measure(dim).sharpness - measure(face).sharpness)).toBeLessThan(2);
  });

  test("is 0 for an even surface", () => {
    expect(measure(flat(128)).sharpness).toBe(0);
  });
});

describe("brightness", () => {
  test("falls with every step of darkness", async () => {
    const darkened = await Promise.all(
      [0.8, 0.6, 0.4, 0.2, 0.05].map((factor) => change((image) => image.linear(factor, 0))),
    );
    expect(falling([face, ...darkened].map((image) => measure(image).brightness))).toBe(true);
  });

  test.each([
    [0, 0],
    [255, 100],
    // 100 (128 / 255)^(1 / 2.2)
    [128, 73.1],
  ])("of an even %d is %d", (value, expected) => {
    expect(measure(flat(value)).brightness).toBeCloseTo(expected, 1);
  });

  test("weighs the colours as eyes do: green before red before blue", () => {
    const only = (channel: number) =>
      measure({ ...face, data: face.data.map((_, at) => (at % 3 === channel ? 200 : 0)) }).brightness;
    expect(falling([only(1), only(0), only(2)])).toBe(true);
  });

  test("is the face's, not the background's", async () => {
    const { bytes } = drawPhoto({ ...plan, background: "#000000" });
    const { image } = await decodeImage(bytes, 400);
    expect(Math.abs(measure(image).brightness - measure(face).brightness)).toBeLessThan(5);
  });
});

test("measures large and small pictures of a face alike", async () => {
  const large = await change((image) => image.resize(800, 800));
  const whole = measure(face);
  const doubled = measure(large, 2);
  expect(Math.abs(doubled.brightness - whole.brightness)).toBeLessThan(2);
  expect(Math.abs(doubled.sharpness - whole.sharpness)).toBeLessThan(20);
});

test("stays in 0..100 on noise", () => {
  let state = 1;
  const data = face.data.map(() => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state >>> 23;
  });
  const { brightness, sharpness } = measure({ ...face, data });
  expect(brightness).toBeGreaterThan(50);
  expect(brightness).toBeLessThanOrEqual(100);
  expect(sharpness).toBeGreaterThan(90);
  expect(sharpness).toBeLessThanOrEqual(100);
});
