import type { Pose } from "../pose.ts";
import type { MeshPoint } from "./faceMesh.ts";

/** Vertices far from each other across the face and down it; left and right the viewer's. */
const axes = { eyeLeft: 33, eyeRight: 263, forehead: 10, chin: 152 } as const;

/**
 * A head's pose from its mesh: roll from the line of the eyes, yaw from how far one eye is behind the other, pitch from
 * how far the chin is behind the forehead.
 *
 * The net tells depth a little flat, and a face that looks straight on has its chin behind its forehead: factor and
 * offset were fitted to what head-pose-estimation-adas-0001 says of half the people of Labeled Faces in the Wild
 * (`docs/attributes.md` has how well they fit the others).
 *
 * @param mesh in pixels.
 */
export function poseOfMesh(mesh: readonly MeshPoint[]): Pose {
  const vertex = (name: keyof typeof axes) => mesh[axes[name]] as MeshPoint;
  const across = between(vertex("eyeLeft"), vertex("eyeRight"));
  const tilt = Math.atan2(across.y, across.x);
  const down = between(vertex("forehead"), vertex("chin"));
  const height = down.y * Math.cos(tilt) - down.x * Math.sin(tilt);
  return {
    roll: degrees(tilt),
    yaw: 1.1 * degrees(Math.atan2(across.z, Math.hypot(across.x, across.y))),
    pitch: 6.6 - 1.11 * degrees(Math.atan2(down.z, height)),
  };
}

function between(from: MeshPoint, to: MeshPoint): MeshPoint {
  return { x: to.x - from.x, y: to.y - from.y, z: to.z - from.z };
}

function degrees(radians: number): number {
  return (radians * 180) / Math.PI;
}
