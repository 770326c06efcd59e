import type { Detection } from "./detection.ts";

/** Cell sizes, in pixels, of the three output grids of YuNet and SCRFD. */
export const strides = [8, 16, 32] as const;

/**
 * Reads detections, in pixels, off the outputs of a net, each given by its name.
 *
 * @param picture what the net looked at, of whole cells.
 */
export type GridDecoder = (
  outputs: (name: string) => Float32Array,
  picture: { readonly width: number; readonly height: number },
  minimumScore: number,
) => Detection[];
