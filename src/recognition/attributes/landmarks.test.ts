import { expect, test } from "@jest/globals";
import { landmarksOf } from "./landmarks.ts";

/** A mesh whose vertices tell their numbers. */
const numbered = (vertices: number) =>
  Array.from({ length: vertices }, (_, index) => ({ x: index, y: 2 * index, z: 1 }));

test("each landmark is a vertex of its own, as flat as the image", () => {
  const landmarks = landmarksOf(numbered(478));
  const vertices = Object.values(landmarks).map(({ x }) => x);
  expect(new Set(vertices).size).toBe(25);
  expect(landmarks.chinBottom).toEqual({ x: 152, y: 304 });
  expect(landmarks.leftPupil).toEqual({ x: 468, y: 936 });
});

test("without irises a pupil is the middle of the eye's opening", () => {
  const mesh = numbered(468).map((point) => ({ ...point, x: 0, y: 0 }));
  const around = [
    { vertices: [33, 144, 145, 153, 133, 158, 159, 160], at: { x: -30, y: 10 } },
    { vertices: [362, 380, 374, 373, 263, 387, 386, 385], at: { x: 30, y: 12 } },
  ];
  for (const { vertices, at } of around) {
    for (const [step, vertex] of vertices.entries()) {
      const angle = Math.PI * (1 - step / 4);
      mesh[vertex] = { x: at.x + 8 * Math.cos(angle), y: at.y + 3 * Math.sin(angle), z: 0 };
    }
  }
  const { leftPupil, rightPupil } = landmarksOf(mesh);
  for (const [pupil, at] of [
    [leftPupil, around[0]?.at],
    [rightPupil, around[1]?.at],
  ] as const) {
    expect(pupil.x).toBeCloseTo(at?.x ?? Number.NaN, 9);
    expect(pupil.y).toBeCloseTo(at?.y ?? Number.NaN, 9);
  }
});
