import type { EmbedderInput } from "./align.ts";
import type { DetectorSettings } from "./detect/detector.ts";

/** What recognition needs to know of a pack beside its weights. */
export interface RecognitionSettings {
  /** Longer side, in pixels, of the picture that faces are found in and cut from. */
  readonly workingLongSide: number;
  readonly detector: DetectorSettings;
  /** Whose points and box a face has: the detector's, or those of its mesh. */
  readonly points: "detector" | "mesh";
  /** Where the five points lie on the crop that quality is measured on, in ratios of its side. */
  readonly qualityTemplate: EmbedderInput["template"];
}
