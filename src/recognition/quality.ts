import { alignFace, type EmbedderInput } from "./align.ts";
import type { FivePoints } from "./geometry.ts";
import type { ImagePyramid } from "./image.ts";

/** How well a face is lit and focused, 0..100 each. */
export interface Quality {
  readonly brightness: number;
  readonly sharpness: number;
}

/** Side, in pixels, of the aligned crop that quality is measured on, so that all faces are measured alike. */
const cropSize = 64;
/** Exponent of a display's gamma, which makes steps of brightness look even. */
const displayGamma = 2.2;
/** Laplacian energy, relative to contrast, at which sharpness is 1 - 1/e of its range. */
const sharpnessScale = 0.12;

/**
 * Measures the light and the focus of a face on its aligned crop.
 *
 * Brightness is the mean luma under a display's gamma. Sharpness is the energy of the Laplacian (J. L.
 * Pech-Pacheco et al., "Diatom autofocusing in brightfield microscopy", ICPR 2000) relative to the crop's own
 * variance, so that a dim or flat but focused face still counts as sharp.
 *
 * @param points in pixels of `pyramid.base`.
 * @param template see `EmbedderInput`.
 */
export function measureQuality(
  pyramid: ImagePyramid,
  points: FivePoints,
  template: EmbedderInput["template"],
): Quality {
  const input: EmbedderInput = {
    size: cropSize,
    template,
    channels: "rgb",
    mean: [0, 0, 0],
    scale: [1, 1, 1],
  };
  const crop = new Float32Array(3 * cropSize * cropSize);
  alignFace(pyramid, points, input, crop);
  const grey = luma(crop);
  const { mean, variance } = momentsOf(grey);
  // One grey level of noise keeps an even surface from being called sharp.
  const relativeEnergy = laplacianEnergy(grey) / (variance + 1);
  return {
    brightness: 100 * (mean / 255) ** (1 / displayGamma),
    sharpness: 100 * (1 - Math.exp(-relativeEnergy / sharpnessScale)),
  };
}

/** Luma of ITU-R BT.601. */
function luma(planes: Float32Array): Float32Array {
  const plane = planes.length / 3;
  const grey = new Float32Array(plane);
  for (let at = 0; at < plane; at++) {
    grey[at] =
      0.299 * (planes[at] as number) +
      0.587 * (planes[plane + at] as number) +
      0.114 * (planes[2 * plane + at] as number);
  }
  return grey;
}

/** By index: a function called for each pixel, or an iterator, takes five to ten times as long. */
function momentsOf(grey: Float32Array): { mean: number; variance: number } {
  let sum = 0;
  for (let at = 0; at < grey.length; at++) sum += grey[at] as number;
  const mean = sum / grey.length;
  let squares = 0;
  for (let at = 0; at < grey.length; at++) squares += ((grey[at] as number) - mean) ** 2;
  return { mean, variance: squares / grey.length };
}

/** Mean square of the discrete Laplacian over the crop's inside. */
function laplacianEnergy(grey: Float32Array): number {
  let energy = 0;
  for (let y = 1; y < cropSize - 1; y++) {
    for (let x = 1; x < cropSize - 1; x++) {
      const at = y * cropSize + x;
      const laplacian =
        (grey[at - 1] as number) +
        (grey[at + 1] as number) +
        (grey[at - cropSize] as number) +
        (grey[at + cropSize] as number) -
        4 * (grey[at] as number);
      energy += laplacian * laplacian;
    }
  }
  return energy / (cropSize - 2) ** 2;
}
