import type { FaceMeshInput } from "../src/recognition/attributes/faceMesh.ts";

/** What MediaPipe's nets for meshes have in common, whichever of them a pack has. */

/**
 * The square that MediaPipe cuts, one and a half times the mesh, seen by a detector's five points: medians over photos of
 * Labeled Faces in the Wild, made symmetrical. Pixels go from 0 to 1.
 */
export const meshCrop = {
  template: [
    { x: 0.362, y: 0.375 },
    { x: 0.638, y: 0.375 },
    { x: 0.5, y: 0.524 },
    { x: 0.385, y: 0.631 },
    { x: 0.615, y: 0.631 },
  ],
  channels: "rgb",
  mean: [0, 0, 0],
  scale: [255, 255, 255],
} as const satisfies Partial<FaceMeshInput>;

/** Formulas that hold for the meshes of each: fitted to photos of some people, reported on others (docs/attributes.md). */
export const mouthFormulas = {
  smile: { constant: 6.37, width: 18.4, cornersToEyes: -23.5 },
  mouthOpen: { constant: -3.58, gap: 53.8 },
} as const satisfies Partial<FaceMeshInput["expressions"]>;
