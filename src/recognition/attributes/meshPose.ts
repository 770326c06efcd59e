import type { Pose } from "../pose.ts";
import type { MeshPoint } from "./mesh.ts";

/** How the head's angles follow from those of the mesh, in degrees: `factor * angle + offset`. */
export interface MeshPoseFormula {
  readonly yaw: LinearFormula;
  readonly pitch: LinearFormula;
}

interface LinearFormula {
  readonly factor: number;
  readonly offset: number;
}

/**
 * Pairs of vertices of MediaPipe's mesh whose lines go from the viewer's left to right, and from the top down: the
 * outer corners of the eyes and the sides of the face, the forehead and the middle of the upper lip. Neither a smile
 * nor an open mouth moves them much.
 */
const across = [
  [33, 263],
  [234, 454],
] as const;
const down = [[10, 164]] as const;

/**
 * The head's pose by its mesh: roll from the line across the face, yaw and pitch from where the plane of that line and
 * the one down the face looks, once the face is level.
 *
 * @param mesh in pixels (not ratios: all axes must have one scale).
 */
export function poseOfMesh(mesh: readonly MeshPoint[], { yaw, pitch }: MeshPoseFormula): Pose {
  const right = sumOfLines(mesh, across);
  const below = sumOfLines(mesh, down);
  // Where the face looks: z grows away from the camera.
  const facing = {
    x: right.z * below.y - right.y * below.z,
    y: right.x * below.z - right.z * below.x,
    z: right.y * below.x - right.x * below.y,
  };
  const tilt = Math.atan2(right.y, right.x);
  const level = {
    x: facing.x * Math.cos(tilt) + facing.y * Math.sin(tilt),
    y: facing.y * Math.cos(tilt) - facing.x * Math.sin(tilt),
  };
  const along = Math.hypot(level.x, facing.z);
  return {
    roll: degrees(tilt),
    yaw: yaw.factor * degrees(Math.atan2(level.x, -facing.z)) + yaw.offset,
    pitch: pitch.factor * degrees(Math.atan2(-level.y, along)) + pitch.offset,
  };
}

function sumOfLines(mesh: readonly MeshPoint[], lines: readonly (readonly [number, number])[]): MeshPoint {
  const sum = { x: 0, y: 0, z: 0 };
  for (const [from, to] of lines) {
    const start = mesh[from] as MeshPoint;
    const end = mesh[to] as MeshPoint;
    sum.x += end.x - start.x;
    sum.y += end.y - start.y;
    sum.z += end.z - start.z;
  }
  return sum;
}

function degrees(radians: number): number {
  return (radians * 180) / Math.PI;
}
