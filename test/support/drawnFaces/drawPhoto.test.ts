import { describe, expect, test } from "@jest/globals";
import { drawPhoto, type PhotoPlan } from "./drawPhoto.ts";

const plan: PhotoPlan = {
  width: 200,
  height: 160,
  background: { noise: 7 },
  faces: [{ identity: "Ada", x: 100, y: 80, size: 60, rotation: 90 }],
};

describe("drawPhoto", () => {
  test.each(["jpeg", "png"] as const)("draws the same %s from the same plan", (format) => {
    const { bytes } = drawPhoto({ ...plan, format });
    expect(bytes).toEqual(drawPhoto({ ...plan, format }).bytes);
    expect([...bytes.subarray(0, 3)]).toEqual(format === "jpeg" ? [0xff, 0xd8, 0xff] : [0x89, 0x50, 0x4e]);
  });

  test("draws another photo for another identity", () => {
    const [face] = plan.faces;
    const other = drawPhoto({ ...plan, faces: [{ ...face!, identity: "Grace" }] });
    expect(other.bytes).not.toEqual(drawPhoto(plan).bytes);
  });

  test("tells where the face is, also of a turned one", () => {
    const [face] = drawPhoto(plan).faces;
    expect(face?.box.left).toBeCloseTo(100 - 36);
    expect(face?.box.top).toBeCloseTo(80 - 30);
    expect(face?.box.width).toBeCloseTo(72);
    expect(face?.box.height).toBeCloseTo(60);
    // A quarter clockwise: the eyes lie to the right, the left one on top.
    expect(face?.points.eyeLeft.x).toBeGreaterThan(100);
    expect(face?.points.eyeLeft.y).toBeLessThan(face?.points.eyeRight.y as number);
    expect(face?.points.mouthLeft.x).toBeLessThan(100);
  });
});
