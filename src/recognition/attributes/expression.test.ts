import { describe, expect, test } from "@jest/globals";
import * as expression from "./expression.ts";
import type { MeshPoint } from "./mesh.ts";

/** Formulas near those of the packs. */
const formulas: expression.ExpressionFormulas = {
  smile: { constant: 6, width: 18, cornersToEyes: -23 },
  mouthOpen: { constant: -3.6, gap: 54 },
  eyesOpen: { constant: -6.3, gap: 59, upperLid: 0, lowerLid: 0 },
};
const judgeSmile = (mesh: readonly MeshPoint[]) => expression.judgeSmile(mesh, formulas.smile);
const judgeMouthOpen = (mesh: readonly MeshPoint[]) => expression.judgeMouthOpen(mesh, formulas.mouthOpen);
const judgeEyesOpen = (mesh: readonly MeshPoint[]) => expression.judgeEyesOpen(mesh, formulas.eyesOpen);

/** A mesh of which only eyes and mouth are set; lengths in widths of both eyes. */
function mesh({
  gap = 0.02,
  width = 0.57,
  drop = 0.8,
  lids = 0.09,
  lowered = 0,
  scale = 100,
  turned = 0,
}): MeshPoint[] {
  const points: MeshPoint[] = Array.from({ length: 468 }, () => ({ x: 0, y: 0, z: 0 }));
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
    [[158, 159, 160], [153, 145, 144], -0.34],
    [[385, 386, 387], [380, 374, 373], 0.34],
  ] as const) {
    for (const vertex of upper) place(vertex, x, lowered - lids / 2);
    for (const vertex of lower) place(vertex, x, lowered + lids / 2);
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

  test("by the lids' heights: lids that lie lower are of closed eyes, however large and tilted the face", () => {
    const judge = (look: Parameters<typeof mesh>[0]) =>
      expression.judgeEyesOpen(mesh(look), { constant: -4, gap: 0, upperLid: -80, lowerLid: -33 });
    expect(judge({ lids: 0.09 })).toMatchObject({ value: true });
    expect(judge({ lids: 0.09, lowered: 0.03 })).toMatchObject({ value: false });
    const { confidence } = judge({ lids: 0.05, lowered: 0.01 });
    expect(judge({ lids: 0.05, lowered: 0.01, scale: 9, turned: 0.7 }).confidence).toBeCloseTo(confidence, 8);
  });
});
