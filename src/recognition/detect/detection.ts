import type { Box, FivePoints } from "../geometry.ts";

/** A face as the detector sees it, in pixels of the image it was given. */
export interface Detection {
  readonly box: Box;
  readonly points: FivePoints;
  /** 0..1. */
  readonly score: number;
}
