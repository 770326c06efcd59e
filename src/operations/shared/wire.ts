import type {
  BoundingBox,
  ComparedFace,
  Face,
  FaceDetail,
  ImageQuality,
  Landmark,
  LandmarkType,
  Pose,
} from "@aws-sdk/client-rekognition";
import { storedFloat } from "../../../protocol/numbers.ts";
import type { LandmarkName } from "../../recognition/attributes/landmarks.ts";
import type { AnalyzedFace } from "../../recognition/contract.ts";
import type { Box, FivePoints, Point } from "../../recognition/geometry.ts";
import type { Collection } from "../../storage/collectionStore.ts";
import type { StoredFace } from "../../storage/faceStore.ts";
import { toAttributeMembers } from "./attributes.ts";

/** What of a face Rekognition's `FaceDetail` and `ComparedFace` have in common. */
type CommonFace = FaceDetail & ComparedFace;

/** The order in which Rekognition lists the five landmarks that it always returns. */
const defaultLandmarks = [
  "eyeLeft",
  "eyeRight",
  "mouthLeft",
  "mouthRight",
  "nose",
] as const satisfies readonly (LandmarkType & keyof FivePoints)[];

/** The order in which Rekognition lists the landmarks that come after the five. */
const furtherLandmarks = [
  "leftEyeBrowLeft",
  "leftEyeBrowRight",
  "leftEyeBrowUp",
  "rightEyeBrowLeft",
  "rightEyeBrowRight",
  "rightEyeBrowUp",
  "leftEyeLeft",
  "leftEyeRight",
  "leftEyeUp",
  "leftEyeDown",
  "rightEyeLeft",
  "rightEyeRight",
  "rightEyeUp",
  "rightEyeDown",
  "noseLeft",
  "noseRight",
  "mouthUp",
  "mouthDown",
  "leftPupil",
  "rightPupil",
  "upperJawlineLeft",
  "midJawlineLeft",
  "chinBottom",
  "midJawlineRight",
  "upperJawlineRight",
] as const satisfies readonly (LandmarkType & LandmarkName)[];

/** A box as it was measured. */
export function toBoundingBox({ left, top, width, height }: Box): BoundingBox {
  return { Width: width, Height: height, Left: left, Top: top };
}

/** A face of the image in the request, with the attributes that were asked for, as they were measured. */
export function toFaceDetail(face: AnalyzedFace): CommonFace {
  const { box, pose, quality, confidence, attributes } = face;
  return {
    BoundingBox: toBoundingBox(box),
    ...toAttributeMembers(attributes),
    Landmarks: landmarksOf(face),
    Pose: { Roll: pose.roll, Yaw: pose.yaw, Pitch: pose.pitch } satisfies Pose,
    Quality: { Brightness: quality.brightness, Sharpness: quality.sharpness } satisfies ImageQuality,
    Confidence: confidence,
  };
}

/** Five landmarks, or 30 where all were asked for. */
function landmarksOf({ points, attributes: { landmarks } }: AnalyzedFace): Landmark[] {
  const toLandmark = (type: LandmarkType, { x, y }: Point): Landmark => ({ Type: type, X: x, Y: y });
  const five = defaultLandmarks.map((type) => toLandmark(type, points[type]));
  if (landmarks === undefined) return five;
  return [...five, ...furtherLandmarks.map((type) => toLandmark(type, landmarks[type]))];
}

/** A face read back from a collection, its numbers rounded as Rekognition rounds what it stored. */
export function toFace(face: StoredFace, { faceModelVersion }: Collection): Face {
  const { left, top, width, height } = face.box;
  return {
    FaceId: face.faceId,
    BoundingBox: {
      Width: storedFloat(width),
      Height: storedFloat(height),
      Left: storedFloat(left),
      Top: storedFloat(top),
    },
    ImageId: face.imageId,
    ...(face.externalImageId !== null && { ExternalImageId: face.externalImageId }),
    Confidence: storedFloat(face.confidence),
    IndexFacesModelVersion: faceModelVersion,
    ...(face.userId !== null && { UserId: face.userId }),
  };
}
