import { describe, expect, test } from "@jest/globals";
import type { MeshPoint } from "./faceMesh.ts";
import { poseOfMesh } from "./meshPose.ts";

interface Turn {
  /** Degrees, signed as Rekognition signs them. */
  readonly roll?: number;
  readonly yaw?: number;
  readonly pitch?: number;
}

/** A head turned in space: the four vertices that the pose is told by; z grows away from the camera. */
function head({ roll = 0, yaw = 0, pitch = 0 }: Turn): MeshPoint[] {
  const [r, y, p] = [roll, yaw, pitch].map((degrees) => (degrees * Math.PI) / 180) as [
    number,
    number,
    number,
  ];
  const place = (at: readonly [number, number, number]): MeshPoint => {
    const [x0, y0, z0] = at;
    // The chin comes nearer as the head nods up; the image's right side goes away as it turns to the right.
    const [y1, z1] = [y0 * Math.cos(p) - z0 * Math.sin(p), z0 * Math.cos(p) - y0 * Math.sin(p)];
    const [x2, z2] = [x0 * Math.cos(y) - z1 * Math.sin(y), z1 * Math.cos(y) + x0 * Math.sin(y)];
    return {
      x: x2 * Math.cos(r) - y1 * Math.sin(r),
      y: x2 * Math.sin(r) + y1 * Math.cos(r),
      z: z2,
    };
  };
  const points = Array.from({ length: 468 }, () => ({ x: 0, y: 0, z: 0 }));
  points[33] = place([-45, 0, 0]);
  points[263] = place([45, 0, 0]);
  points[10] = place([0, -60, 0]);
  points[152] = place([0, 80, 0]);
  return points;
}

describe("the pose of a mesh", () => {
  const straight = poseOfMesh(head({}));

  test.each([-170, -90, -30, 20, 60, 120])("roll %d", (roll) => {
    const pose = poseOfMesh(head({ roll }));
    expect(pose.roll).toBeCloseTo(roll, 5);
    expect(pose.yaw).toBeCloseTo(straight.yaw, 5);
    expect(pose.pitch).toBeCloseTo(straight.pitch, 5);
  });

  test.each([-50, -20, 10, 40])("yaw %d is told a little larger, and alone", (yaw) => {
    const pose = poseOfMesh(head({ yaw, roll: 25 }));
    expect(pose.yaw / yaw).toBeGreaterThan(1);
    expect(pose.yaw / yaw).toBeLessThan(1.2);
    expect(pose.roll).toBeCloseTo(25, 5);
    expect(pose.pitch).toBeCloseTo(straight.pitch, 5);
  });

  test.each([-30, -10, 15, 30])("pitch %d, from that of a face which looks straight on", (pitch) => {
    const pose = poseOfMesh(head({ pitch, roll: -40 }));
    expect((pose.pitch - straight.pitch) / pitch).toBeGreaterThan(1);
    expect((pose.pitch - straight.pitch) / pitch).toBeLessThan(1.2);
    expect(pose.yaw).toBeCloseTo(straight.yaw, 5);
  });
});
