import type { FivePoints, Point } from "./geometry.ts";

/** How a head is turned, in degrees, signed as Rekognition signs them. */
export interface Pose {
  /** Tilt in the image plane: positive when the image's right eye is lower. */
  readonly roll: number;
  /** Turn: positive towards the image's right. */
  readonly yaw: number;
  /** Nod: positive upwards. */
  readonly pitch: number;
}

/** How far down from the eyes to the mouth the nose tip of a frontal face lies. */
const frontalNoseHeight = 0.4927;
/**
 * How far the nose tip stands out of the plane of eyes and mouth: in eye distances as a turn shows it, and in
 * eye-to-mouth distances as a nod shows it. Fitted to the poses of Rekognition's published answers, which lie
 * within 8 degrees of these formulas.
 */
const noseDepth = { yaw: 0.87, pitch: 0.33 } as const;

/**
 * Estimates a head's pose from five points: roll from the line of the eyes, yaw and pitch from where the nose
 * tip lies between eyes and mouth, under a camera without perspective.
 *
 * @param points in pixels (not ratios: both axes must have one scale).
 */
export function estimatePose(points: FivePoints): Pose {
  const { eyeLeft, eyeRight } = points;
  const tilt = Math.atan2(eyeRight.y - eyeLeft.y, eyeRight.x - eyeLeft.x);
  const eyes = turnBack(middle(eyeLeft, eyeRight), tilt);
  const mouth = turnBack(middle(points.mouthLeft, points.mouthRight), tilt);
  const nose = turnBack(points.nose, tilt);
  const eyeDistance = Math.hypot(eyeRight.x - eyeLeft.x, eyeRight.y - eyeLeft.y);
  const eyesToMouth = mouth.y - eyes.y;
  const noseHeight = eyesToMouth === 0 ? frontalNoseHeight : (nose.y - eyes.y) / eyesToMouth;
  const axisAtNose = eyes.x + (mouth.x - eyes.x) * noseHeight;
  return {
    roll: degrees(tilt),
    yaw: degrees(Math.atan2(nose.x - axisAtNose, noseDepth.yaw * eyeDistance)),
    pitch: degrees(Math.atan((frontalNoseHeight - noseHeight) / noseDepth.pitch)),
  };
}

function middle(a: Point, b: Point): Point {
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
}

function turnBack({ x, y }: Point, angle: number): Point {
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  return { x: x * cos + y * sin, y: y * cos - x * sin };
}

function degrees(radians: number): number {
  return (radians * 180) / Math.PI;
}
