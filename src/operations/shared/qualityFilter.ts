import type { QualityFilter, Reason } from "@aws-sdk/client-rekognition";
import type { FaceRequirements, Shortcoming } from "../../recognition/requirements.ts";

/**
 * What each level of QualityFilter asks of a face. NONE asks nothing. A face that one level refuses is refused
 * by every stricter one: each number rises (turn falls) from LOW over AUTO and MEDIUM to HIGH.
 */
const levels: Readonly<Record<QualityFilter, FaceRequirements | undefined>> = {
  NONE: undefined,
  LOW: { confidence: 60, brightness: 10, sharpness: 2, turn: 80, boxSide: 16 },
  AUTO: { confidence: 65, brightness: 15, sharpness: 3, turn: 75, boxSide: 20 },
  MEDIUM: { confidence: 75, brightness: 25, sharpness: 8, turn: 60, boxSide: 32 },
  HIGH: { confidence: 85, brightness: 35, sharpness: 15, turn: 40, boxSide: 50 },
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
