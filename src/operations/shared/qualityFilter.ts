import type { QualityFilter, Reason } from "@aws-sdk/client-rekognition";
import type { FaceRequirements, Shortcoming } from "../../recognition/requirements.ts";

/**
 * What each level of QualityFilter asks of a face. NONE asks nothing. A face that one level refuses is refused
 * by every stricter one: each number rises (turn falls) from LOW over AUTO and MEDIUM to HIGH.
 *
 * Up to AUTO the bounds lie where faces can hardly be recognised any more; MEDIUM and HIGH also refuse faces that
 * can be, for albums that had rather lose a face than hold a poor one. `docs/accuracy.md` has the shares.
 */
const levels: Readonly<Record<QualityFilter, FaceRequirements | undefined>> = {
  NONE: undefined,
  LOW: { confidence: 65, brightness: 10, sharpness: 2, turn: 80, boxSide: 12 },
  AUTO: { confidence: 70, brightness: 15, sharpness: 3.5, turn: 75, boxSide: 16 },
  MEDIUM: { confidence: 78, brightness: 25, sharpness: 8, turn: 60, boxSide: 24 },
  HIGH: { confidence: 85, brightness: 40, sharpness: 20, turn: 40, boxSide: 40 },
};

const reasons: Readonly<Record<Shortcoming, Reason>> = {
  confidence: "LOW_CONFIDENCE",
  brightness: "LOW_BRIGHTNESS",
  sharpness: "LOW_SHARPNESS",
  turn: "EXTREME_POSE",
  boxSide: "SMALL_BOUNDING_BOX",
};

/** What a request's QualityFilter asks of a face. */
export function requirementsOf(filter: QualityFilter): FaceRequirements | undefined {
  return levels[filter];
}

/** Why a face was refused, as Rekognition names it. */
export function reasonsFor(shortcomings: readonly Shortcoming[]): Reason[] {
  return shortcomings.map((shortcoming) => reasons[shortcoming]);
}
