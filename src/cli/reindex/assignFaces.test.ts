import { describe, expect, test } from "@jest/globals";
import { assignFaces } from "./assignFaces.ts";

/** A face of size 0.2 with its left edge there. */
const at = (left: number, name = "") => ({ name, box: { left, top: 0.3, width: 0.2, height: 0.2 } });
const namesOf = (assignments: ReturnType<typeof assignFaces<ReturnType<typeof at>, ReturnType<typeof at>>>) =>
  assignments.map(({ face, detection }) => [face.name, detection?.name]);

describe("assignFaces", () => {
  test("takes the detection that overlaps most, whatever the order", () => {
    const faces = [at(0.1, "a"), at(0.5, "b")];
    const detections = [at(0.51, "nearly b"), at(0.48, "like b"), at(0.12, "like a")];
    expect(namesOf(assignFaces(faces, detections, 0.4))).toEqual([
      ["a", "like a"],
      ["b", "nearly b"],
    ]);
  });

  test("gives a detection to one face only: to the one that it overlaps more", () => {
    const assignments = assignFaces([at(0.14, "a"), at(0.11, "b")], [at(0.1, "only")], 0.4);
    expect(namesOf(assignments)).toEqual([
      ["a", undefined],
      ["b", "only"],
    ]);
    expect(assignments[0]?.overlap).toBe(0);
  });

  test("leaves a face without a detection below the least overlap, and tells the nearest", () => {
    const [assignment] = assignFaces([at(0.1)], [at(0.2)], 0.4);
    expect(assignment?.detection).toBeUndefined();
    expect(assignment?.overlap).toBeCloseTo(1 / 3);
  });

  test("knows nothing of an image without detections", () => {
    expect(assignFaces([at(0.1, "a")], [], 0.4)).toEqual([
      { face: at(0.1, "a"), detection: undefined, overlap: 0 },
    ]);
  });
});
