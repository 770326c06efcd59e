import type { Box } from "./geometry.ts";
import type { Pose } from "./pose.ts";
import type { Quality } from "./quality.ts";

/** What a face must have to be worth an embedding. */
export interface FaceRequirements {
  /** Least confidence of the detector, 0..100. */
  readonly confidence: number;
  /** Least brightness, 0..100. */
  readonly brightness: number;
  /** Least sharpness, 0..100. */
  readonly sharpness: number;
  /** Furthest turn or nod, in degrees. */
  readonly turn: number;
  /** Least width and height of the box, in pixels of the original image. */
  readonly boxSide: number;
}

/** A requirement that a face does not meet. */
export type Shortcoming = keyof FaceRequirements;

/** What is measured against requirements. */
export interface MeasuredFace {
  readonly confidence: number;
  readonly quality: Quality;
  readonly pose: Pose;
  /** In pixels of the original image. */
  readonly box: Box;
}

/** The requirements that a face does not meet; none when there are no requirements. */
export function shortcomingsOf(
  face: MeasuredFace,
  requirements: FaceRequirements | undefined,
): Shortcoming[] {
  if (requirements === undefined) return [];
  const missed: Readonly<Record<Shortcoming, boolean>> = {
    confidence: face.confidence < requirements.confidence,
    turn: Math.max(Math.abs(face.pose.yaw), Math.abs(face.pose.pitch)) > requirements.turn,
    brightness: face.quality.brightness < requirements.brightness,
    sharpness: face.quality.sharpness < requirements.sharpness,
    boxSide: Math.min(face.box.width, face.box.height) < requirements.boxSide,
  };
  return (Object.keys(missed) as Shortcoming[]).filter((name) => missed[name]);
}
