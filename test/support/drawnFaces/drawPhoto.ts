import { type Canvas, createCanvas, type SKRSContext2D } from "@napi-rs/canvas";
import type { Box, FivePoints, Point } from "../../../src/recognition/geometry.ts";
import { bitsOf, type Identity } from "./identity.ts";
import { blocks, greys, gridSize, head, markerRadius, markers } from "./layout.ts";

export interface DrawnFace {
  readonly identity: Identity;
  /** Middle of the head, in pixels. */
  readonly x: number;
  readonly y: number;
  /**
   * Width of the upright head, in pixels; it is 1.2 times as tall. The detector finds 24 to 320, also among
   * others whose middles are 1.6 times as far away (1.8 times below 28 pixels).
   */
  readonly size: number;
  /** Clockwise, in degrees; 0 where absent. The detector finds up to 45 either way. */
  readonly rotation?: number;
  /** Factor on all that is drawn of the face, 0.5..1.2; 1 where absent. */
  readonly brightness?: number;
}

/**
 * A colour (of little saturation, for the faces' markers are told by theirs), a gradient from the top left to
 * the bottom right, or noise in all colours that is the same for the same seed.
 */
export type Background = string | { readonly gradient: readonly string[] } | { readonly noise: number };

export interface PhotoPlan {
  readonly width: number;
  readonly height: number;
  /** A bluish grey where absent. */
  readonly background?: Background;
  /** Later ones are drawn over earlier ones. */
  readonly faces: readonly DrawnFace[];
  /** `jpeg` where absent. */
  readonly format?: "jpeg" | "png";
  /** Quality of a JPEG, 1..100; 90 where absent. */
  readonly quality?: number;
}

/** Where a face was drawn, in pixels: the upright box around the head, and the five points. */
export interface TrueFace {
  readonly box: Box;
  readonly points: FivePoints;
}

export interface DrawnPhoto {
  readonly bytes: Uint8Array;
  /** In the order of the plan's. */
  readonly faces: readonly TrueFace[];
}

/** Draws a photo of faces that the models of `writeDrawnFacesModels` find and recognise. Same plan, same bytes. */
export function drawPhoto(plan: PhotoPlan): DrawnPhoto {
  const canvas = createCanvas(plan.width, plan.height);
  const context = canvas.getContext("2d");
  drawBackground(context, plan);
  for (const face of plan.faces) drawFace(context, face);
  return { bytes: encode(canvas, plan), faces: plan.faces.map(trueFace) };
}

function encode(canvas: Canvas, { format = "jpeg", quality = 90 }: PhotoPlan): Uint8Array {
  return format === "png" ? canvas.toBuffer("image/png") : canvas.toBuffer("image/jpeg", quality);
}

function drawBackground(context: SKRSContext2D, { width, height, background = "#6b7280" }: PhotoPlan): void {
  if (typeof background === "string") {
    context.fillStyle = background;
  } else if ("gradient" in background) {
    const gradient = context.createLinearGradient(0, 0, width, height);
    const last = Math.max(background.gradient.length - 1, 1);
    for (const [index, colour] of background.gradient.entries()) gradient.addColorStop(index / last, colour);
    context.fillStyle = gradient;
  } else {
    drawNoise(context, width, height, background.noise);
    return;
  }
  context.fillRect(0, 0, width, height);
}

function drawNoise(context: SKRSContext2D, width: number, height: number, seed: number): void {
  const image = context.createImageData(width, height);
  const random = xorshift(seed);
  for (let index = 0; index < image.data.length; index++) {
    image.data[index] = index % 4 === 3 ? 255 : random() >>> 24;
  }
  context.putImageData(image, 0, 0);
}

/** Whole numbers in 0..2^32 - 1: G. Marsaglia, "Xorshift RNGs" (Journal of Statistical Software 8, 2003). */
function xorshift(seed: number): () => number {
  let state = (seed ^ 0x9e3779b9) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

function drawFace(
  context: SKRSContext2D,
  { identity, x, y, size, rotation = 0, brightness = 1 }: DrawnFace,
): void {
  const fill = (red: number, green: number, blue: number) => {
    context.fillStyle = `rgb(${[red, green, blue].map((value) => Math.min(Math.round(value * brightness), 255)).join()})`;
  };
  const grey = (value: number) => fill(value, value, value);
  context.save();
  context.translate(x, y);
  context.rotate(radians(rotation));
  context.scale(size, size);
  context.translate(-head.centre.x, -head.centre.y);

  grey(greys.skin);
  context.beginPath();
  context.ellipse(head.centre.x, head.centre.y, head.radiusX, head.radiusY, 0, 0, 2 * Math.PI);
  context.fill();

  const bits = bitsOf(identity);
  for (const { row, column, shows } of blocks) {
    grey(greys[typeof shows === "string" ? shows : bits[shows] === 1 ? "light" : "dark"]);
    context.fillRect(column / gridSize, row / gridSize, 1 / gridSize, 1 / gridSize);
  }
  for (const { at, colour } of markers) {
    const [red, green, blue] = colour;
    fill(255 * red, 255 * green, 255 * blue);
    context.beginPath();
    context.arc(at.x, at.y, markerRadius, 0, 2 * Math.PI);
    context.fill();
  }
  context.restore();
}

function trueFace({ x, y, size, rotation = 0 }: DrawnFace): TrueFace {
  const cos = Math.cos(radians(rotation)) * size;
  const sin = Math.sin(radians(rotation)) * size;
  const [eyeLeft, eyeRight, nose, mouthLeft, mouthRight] = markers.map(({ at }): Point => {
    const dx = at.x - head.centre.x;
    const dy = at.y - head.centre.y;
    return { x: x + cos * dx - sin * dy, y: y + sin * dx + cos * dy };
  }) as [Point, Point, Point, Point, Point];
  const halfWidth = Math.hypot(cos * head.radiusX, sin * head.radiusY);
  const halfHeight = Math.hypot(sin * head.radiusX, cos * head.radiusY);
  return {
    box: { left: x - halfWidth, top: y - halfHeight, width: 2 * halfWidth, height: 2 * halfHeight },
    points: { eyeLeft, eyeRight, nose, mouthLeft, mouthRight },
  };
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}
