import type { AnalyzedFace } from "../../../src/recognition/contract.ts";
import type { Box } from "../../../src/recognition/geometry.ts";

/** A face as it is in a photo: all that a recogniser could tell of it. */
export type SeenFace = Omit<AnalyzedFace, "shortcomings" | "embedding"> &
  Required<Pick<AnalyzedFace, "embedding">>;

/**
 * An embedding of length 1 with this cosine to `like(1)`. Cosines that are short binary fractions, such as 0.875, come
 * back from 32-bit floats as they were.
 */
export function like(cosine: number): Float32Array {
  return Float32Array.of(cosine, Math.sqrt(1 - cosine ** 2));
}

/** A box whose sides are `side`, in ratios; boxes of other sides lie elsewhere. */
export function boxOf(side: number): Box {
  return { left: side / 2, top: side / 4, width: side, height: side };
}

/** A good face, which passes every quality filter in a photo of `photoSide`, but for what `changes` says. */
export function seenFace(changes: Partial<SeenFace> = {}): SeenFace {
  return {
    box: boxOf(0.25),
    points: {
      eyeLeft: { x: 0.1, y: 0.2 },
      eyeRight: { x: 0.3, y: 0.2 },
      nose: { x: 0.2, y: 0.3 },
      mouthLeft: { x: 0.15, y: 0.4 },
      mouthRight: { x: 0.25, y: 0.4 },
    },
    confidence: 99.5,
    pose: { roll: 1, yaw: 2, pitch: 3 },
    quality: { brightness: 80, sharpness: 60 },
    attributes: {},
    embedding: like(1),
    ...changes,
  };
}

/** A face that every quality filter but NONE refuses: as LOW_BRIGHTNESS. */
export function darkFace(changes: Partial<SeenFace> = {}): SeenFace {
  return seenFace({ quality: { brightness: 1, sharpness: 60 }, ...changes });
}
