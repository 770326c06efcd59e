import { expect, test } from "@jest/globals";
import { meshSize } from "./faceMesh.ts";
import { landmarksOf } from "./landmarks.ts";

test("each landmark is a vertex of its own, as flat as the image", () => {
  const landmarks = landmarksOf(
    Array.from({ length: meshSize }, (_, index) => ({ x: index, y: 2 * index, z: 1 })),
  );
  const vertices = Object.values(landmarks).map(({ x }) => x);
  expect(new Set(vertices).size).toBe(25);
  expect(landmarks.chinBottom).toEqual({ x: 152, y: 304 });
});
