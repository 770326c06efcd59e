import { describe, expect, test } from "@jest/globals";
import { judgeEyesOpen, judgeMouthOpen, judgeSmile } from "./expression.ts";
import { type MeshPoint, meshSize } from "./faceMesh.ts";

/** A mesh of which only eyes and mouth are set; lengths in widths of both eyes. */
function mesh({ gap = 0.02, width = 0.57, drop = 0.8, lids = 0.09, scale = 100, turned = 0 }): MeshPoint[] {
  const points: MeshPoint[] = Array.from({ length: meshSize }, () => ({ x: 0, y: 0, z: 0 }));
  const place = (vertex: number, x: number, y: number) => {
    points[vertex] = {
      x: scale * (x * Math.cos(turned) - y * Math.sin(turned)),
      y: scale * (x * Math.sin(turned) + y * Math.cos(turned)),
      z: 7,
    };
  };
  place(33, -0.5, 0);
  place(263, 0.5, 0);
  place(133, -0.18, 0);
  place(362, 0.18, 0);
  for (const [upper, lower, x] of [
    [159, 145, -0.34],
    [386, 374, 0.34],
  ] as const) {
    place(upper, x, -lids / 2);
    place(lower, x, lids / 2);
  }
  place(61, -width / 2, drop);
  place(291, width / 2, drop);
  place(13, 0, drop - gap / 2);
  place(14, 0, drop + gap / 2);
  return points;
}

describe("judgeMouthOpen", () => {
  test("lips together, and lips apart", () => {
    expect(judgeMouthOpen(mesh({ gap: 0.01 }))).toMatchObject({ value: false });
    expect(judgeMouthOpen(mesh({ gap: 0.2 }))).toMatchObject({ value: true });
  });

  test("the further apart, the surer", () => {
    const { confidence } = judgeMouthOpen(mesh({ gap: 0.1 }));
    expect(judgeMouthOpen(mesh({ gap: 0.15 })).confidence).toBeGreaterThan(confidence);
    expect(confidence).toBeGreaterThan(50);
    expect(confidence).toBeLessThan(100);
  });

  test("does not depend on the face's size or tilt", () => {
    const { confidence } = judgeMouthOpen(mesh({}));
    expect(judgeMouthOpen(mesh({ scale: 9, turned: 0.7 })).confidence).toBeCloseTo(confidence, 8);
  });
});

describe("judgeSmile", () => {
  test("a mouth at rest, and one that is wide with its corners drawn up", () => {
    expect(judgeSmile(mesh({ width: 0.55, drop: 0.82 }))).toMatchObject({ value: false });
    expect(judgeSmile(mesh({ width: 0.72, drop: 0.7 }))).toMatchObject({ value: true });
  });

  test("an open mouth alone is no smile", () => {
    expect(judgeSmile(mesh({ gap: 0.2 }))).toMatchObject({ value: false });
  });
});

describe("judgeEyesOpen", () => {
  test("lids together, and lids apart", () => {
    expect(judgeEyesOpen(mesh({ lids: 0.01 }))).toMatchObject({ value: false });
    expect(judgeEyesOpen(mesh({ lids: 0.09 }))).toMatchObject({ value: true });
  });

  test("the further apart, the surer", () => {
    const { confidence } = judgeEyesOpen(mesh({ lids: 0.05 }));
    expect(judgeEyesOpen(mesh({ lids: 0.07 })).confidence).toBeGreaterThan(confidence);
  });

  test("does not depend on the face's size, tilt or depth", () => {
    const { confidence } = judgeEyesOpen(mesh({}));
    const other = mesh({ scale: 9, turned: 0.7 }).map((point, index) => ({ ...point, z: index }));
    expect(judgeEyesOpen(other).confidence).toBeCloseTo(confidence, 8);
  });
});
