import type { Detection } from "../detect/detection.ts";
import type { ImagePyramid } from "../image.ts";
import type { LazyNet } from "../lazyNet.ts";
import type { Pose } from "../pose.ts";
import { cutSquare, type SquareInput, tiltOf } from "../squareCrop.ts";

/**
 * A head's pose by a net with the contract of Open Model Zoo's head-pose-estimation-adas-0001, whose pitch is
 * positive downwards. The net sees the face with level eyes, so that it need not know strong tilts; the tilt
 * comes on top of what it sees.
 */
export async function readHeadPose(
  net: LazyNet,
  input: SquareInput,
  pyramid: ImagePyramid,
  face: Detection,
): Promise<Pose> {
  const tilt = tiltOf(face.points);
  const crop = cutSquare(pyramid, face, tilt, input);
  const output = await net.run(crop, [1, 3, input.size, input.size]);
  const angle = (name: string) => output(name)[0] as number;
  return {
    roll: wrap(angle("angle_r_fc") + (tilt * 180) / Math.PI),
    yaw: angle("angle_y_fc"),
    pitch: -angle("angle_p_fc"),
  };
}

/** The same angle in -180..180 degrees. */
function wrap(degrees: number): number {
  return degrees - 360 * Math.round(degrees / 360);
}
