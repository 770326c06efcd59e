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
import type { AnalyzedFace } from "../../recognition/analyze.ts";
import type { Box, FivePoints } from "../../recognition/geometry.ts";
import type { Collection } from "../../storage/collectionStore.ts";
import type { StoredFace } from "../../storage/faceStore.ts";

/** What of a face Rekognition's `FaceDetail` and `ComparedFace` have in common. */
type CommonFace = FaceDetail & ComparedFace;

/** The order in which Rekognition lists the five landmarks. */
const landmarkOrder = [
  "eyeLeft",
  "eyeRight",
  "mouthLeft",
  "mouthRight",
  "nose",
] as const satisfies readonly (LandmarkType & keyof FivePoints)[];

/** A box as it was measured. */
export function toBoundingBox({ left, top, width, height }: Box): BoundingBox {
  return { Width: width, Height: height, Left: left, Top: top };
}

/** A face of the image in the request: box, landmarks, pose, quality and confidence, as they were measured. */
export function toFaceDetail({ box, points, pose, quality, confidence }: AnalyzedFace): CommonFace {
  return {
    BoundingBox: toBoundingBox(box),
    Landmarks: landmarkOrder.map((type): Landmark => ({ Type: type, X: points[type].x, Y: points[type].y })),
    Pose: { Roll: pose.roll, Yaw: pose.yaw, Pitch: pose.pitch } satisfies Pose,
    Quality: { Brightness: quality.brightness, Sharpness: quality.sharpness } satisfies ImageQuality,
    Confidence: confidence,
  };
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
