import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { MeshPoint } from "./mesh.ts";
import { poseOfMesh } from "./meshPose.ts";

/** How the head is turned, in degrees as `Pose` signs them. */
interface Turn {
  readonly yaw: number;
  readonly pitch: number;
  readonly roll: number;
}

const plain = { yaw: { factor: 1, offset: 0 }, pitch: { factor: 1, offset: 0 } };

/** A face whose four corners and middle line are set, turned; x to the right, y down, z away from the camera. */
function turnedFace({ yaw, pitch, roll }: Turn, size = 100): MeshPoint[] {
  const points: MeshPoint[] = Array.from({ length: 468 }, () => ({ x: 0, y: 0, z: 0 }));
  const [aroundY, aroundX, aroundZ] = [yaw, pitch, roll].map((angle) => (angle * Math.PI) / 180) as [
    number,
    number,
    number,
  ];
  const place = (vertex: number, x: number, y: number, z: number) => {
    // Up first: what is in front rises.
    const nodded = {
      x,
      y: y * Math.cos(aroundX) + z * Math.sin(aroundX),
      z: z * Math.cos(aroundX) - y * Math.sin(aroundX),
    };
    const turned = {
      x: nodded.x * Math.cos(aroundY) - nodded.z * Math.sin(aroundY),
      y: nodded.y,
      z: nodded.z * Math.cos(aroundY) + nodded.x * Math.sin(aroundY),
    };
    points[vertex] = {
      x: size * (turned.x * Math.cos(aroundZ) - turned.y * Math.sin(aroundZ)) + 7,
      y: size * (turned.x * Math.sin(aroundZ) + turned.y * Math.cos(aroundZ)) - 3,
      z: size * turned.z,
    };
  };
  place(33, -0.5, 0, 0.1);
  place(263, 0.5, 0, 0.1);
  place(234, -0.8, 0.2, 0.7);
  place(454, 0.8, 0.2, 0.7);
  place(10, 0, -0.7, 0);
  place(164, 0, 0.8, 0);
  return points;
}

describe("poseOfMesh", () => {
  test("tells how the head is turned, at any size", () => {
    const angle = (most: number) => fc.double({ min: -most, max: most, noNaN: true });
    fc.assert(
      fc.property(
        fc.record({ yaw: angle(80), pitch: angle(60), roll: angle(170) }),
        fc.double({ min: 1, max: 500, noNaN: true }),
        (turn, size) => {
          const pose = poseOfMesh(turnedFace(turn, size), plain);
          expect(pose.yaw).toBeCloseTo(turn.yaw, 6);
          expect(pose.pitch).toBeCloseTo(turn.pitch, 6);
          expect(pose.roll).toBeCloseTo(turn.roll, 6);
        },
      ),
    );
  });

  test("signs are Rekognition's: right, up, and the image's right eye lower", () => {
    const face = turnedFace({ yaw: 0, pitch: 0, roll: 0 });
    const nearer = (vertices: readonly number[], z: number) =>
      face.map((point, vertex) => (vertices.includes(vertex) ? { ...point, z: point.z + z } : point));
    // The image's left side of the face comes nearer as the head turns to the image's right.
    expect(poseOfMesh(nearer([33, 234], -20), plain).yaw).toBeGreaterThan(5);
    // The mouth comes nearer as the head is thrown back.
    expect(poseOfMesh(nearer([164], -20), plain).pitch).toBeGreaterThan(5);
    const lower = face.map((point, vertex) => (vertex === 263 ? { ...point, y: point.y + 20 } : point));
    expect(poseOfMesh(lower, plain).roll).toBeGreaterThan(2);
  });

  test("applies the formula of the mesh", () => {
    const face = turnedFace({ yaw: 20, pitch: 10, roll: 5 });
    const pose = poseOfMesh(face, {
      yaw: { factor: 1.5, offset: 1 },
      pitch: { factor: 2, offset: -3 },
    });
    expect(pose.yaw).toBeCloseTo(31, 6);
    expect(pose.pitch).toBeCloseTo(17, 6);
    expect(pose.roll).toBeCloseTo(5, 6);
  });

  test("is finite where all vertices fall together", () => {
    const nowhere = Array.from({ length: 468 }, () => ({ x: 3, y: 3, z: 0 }));
    expect(Object.values(poseOfMesh(nowhere, plain)).every(Number.isFinite)).toBe(true);
  });
});
