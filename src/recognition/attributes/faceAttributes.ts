import type { Point } from "../geometry.ts";
import type { LandmarkName } from "./landmarks.ts";

/** What can be told of a face beside where it is, how it is turned and whose it is. */
export type FaceAttribute = "ageRange" | "gender" | "smile" | "eyesOpen" | "mouthOpen" | "landmarks";

/** A property that a face has or has not. */
export interface Judgement {
  readonly value: boolean;
  /** The share of such judgements that is right, 50..100. */
  readonly confidence: number;
}

/** The attributes that were asked for and that the pack has nets for. */
export interface FaceAttributes {
  /** In whole years. */
  readonly ageRange?: { readonly low: number; readonly high: number };
  /** Confidence as in `Judgement`. */
  readonly gender?: { readonly value: "female" | "male"; readonly confidence: number };
  readonly smile?: Judgement;
  readonly eyesOpen?: Judgement;
  readonly mouthOpen?: Judgement;
  readonly landmarks?: Readonly<Record<LandmarkName, Point>>;
}
