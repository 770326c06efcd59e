import { describe, expect, test } from "@jest/globals";
import { boxOfMesh, eyeOf, fivePointsOf, type MeshPoint } from "./mesh.ts";

const faceVertices = 468;

/** A mesh of which all vertices lie in one place but for some. */
function meshWith(places: Readonly<Record<number, readonly [x: number, y: number]>>): MeshPoint[] {
  return Array.from({ length: faceVertices }, (_, vertex) => {
    const [x, y] = places[vertex] ?? [50, 50];
    return { x, y, z: 3 };
  });
}

describe("the five points of a mesh", () => {
  test("the eyes are the means of what lies around them", () => {
    const mesh = meshWith({ 33: [10, 40], 133: [30, 44], 263: [90, 40] });
    expect(eyeOf(mesh, "left")).toEqual({ x: (10 + 30 + 6 * 50) / 8, y: (40 + 44 + 6 * 50) / 8 });
    expect(eyeOf(mesh, "right")).toEqual({ x: (90 + 7 * 50) / 8, y: (40 + 7 * 50) / 8 });
  });

  test("nose and mouth are vertices, as flat as the image", () => {
    const points = fivePointsOf(meshWith({ 1: [51, 60], 61: [40, 80], 291: [62, 81] }));
    expect(points.nose).toEqual({ x: 51, y: 60 });
    expect(points.mouthLeft).toEqual({ x: 40, y: 80 });
    expect(points.mouthRight).toEqual({ x: 62, y: 81 });
  });
});

describe("the box of a mesh", () => {
  test("holds all vertices, and the forehead above them", () => {
    const mesh = meshWith({ 10: [50, 0], 152: [50, 100], 234: [10, 50], 454: [90, 50] });
    const { left, top, width, height } = boxOfMesh(mesh);
    expect([left, width]).toEqual([10, 80]);
    expect(top).toBeCloseTo(-10);
    expect(height).toBeCloseTo(110);
  });

  test("goes on where the forehead of a tilted face does", () => {
    const mesh = meshWith({ 10: [100, 50], 152: [0, 50], 234: [50, 10], 454: [50, 90] });
    const { left, top, width, height } = boxOfMesh(mesh);
    expect([left, top, height]).toEqual([0, 10, 80]);
    expect(width).toBeCloseTo(110);
  });
});
