import type { Attribute, FaceDetail } from "@aws-sdk/client-rekognition";
import type { FaceAttribute, FaceAttributes } from "../../recognition/attributes/faceAttributes.ts";

/** What each of Rekognition's names asks for, beside what is always returned. */
const askedBy: Readonly<Record<Attribute, readonly FaceAttribute[]>> = {
  DEFAULT: [],
  ALL: ["ageRange", "gender", "smile", "eyesOpen", "mouthOpen", "landmarks"],
  AGE_RANGE: ["ageRange"],
  GENDER: ["gender"],
  SMILE: ["smile"],
  EYES_OPEN: ["eyesOpen"],
  MOUTH_OPEN: ["mouthOpen"],
  // No net for these has stood a measurement; `docs/attributes.md` tells.
  BEARD: [],
  EMOTIONS: [],
  EYE_DIRECTION: [],
  EYEGLASSES: [],
  FACE_OCCLUDED: [],
  MUSTACHE: [],
  SUNGLASSES: [],
};

/** What a request's `Attributes` or `DetectionAttributes` ask for: all that any of them does. */
export function wantedAttributes(attributes: readonly Attribute[] = ["DEFAULT"]): FaceAttribute[] {
  return [...new Set(attributes.flatMap((name) => askedBy[name]))];
}

/** Attributes as members of `FaceDetail`. Landmarks are not among them: they join the five. */
export function toAttributeMembers({
  ageRange,
  gender,
  smile,
  eyesOpen,
  mouthOpen,
}: FaceAttributes): Pick<FaceDetail, "AgeRange" | "Gender" | "Smile" | "EyesOpen" | "MouthOpen"> {
  return {
    ...(ageRange && { AgeRange: { Low: ageRange.low, High: ageRange.high } }),
    ...(smile && { Smile: { Value: smile.value, Confidence: smile.confidence } }),
    ...(gender && {
      Gender: { Value: gender.value === "male" ? "Male" : "Female", Confidence: gender.confidence },
    }),
    ...(eyesOpen && { EyesOpen: { Value: eyesOpen.value, Confidence: eyesOpen.confidence } }),
    ...(mouthOpen && { MouthOpen: { Value: mouthOpen.value, Confidence: mouthOpen.confidence } }),
  };
}
