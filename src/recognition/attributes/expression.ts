import type { Judgement } from "./faceAttributes.ts";
import type { MeshPoint } from "./faceMesh.ts";

/** Vertices of MediaPipe's mesh, left and right the viewer's. */
const vertex = {
  eyeOuterLeft: 33,
  eyeOuterRight: 263,
  eyeInnerLeft: 133,
  eyeInnerRight: 362,
  upperLidLeft: 159,
  lowerLidLeft: 145,
  upperLidRight: 386,
  lowerLidRight: 374,
  mouthLeft: 61,
  mouthRight: 291,
  /** The lips where they meet. */
  upperLip: 13,
  lowerLip: 14,
} as const;

/**
 * Whether the lips are apart: a logistic function of the gap between them in widths of both eyes, fitted to
 * photos labelled by eye (`docs/attributes.md`).
 */
export function judgeMouthOpen(mesh: readonly MeshPoint[]): Judgement {
  const distance = distances(mesh);
  return judge(-3.58 + (53.8 * distance("upperLip", "lowerLip")) / distance("eyeOuterLeft", "eyeOuterRight"));
}

/**
 * Whether the face smiles: a smile widens the mouth and draws its corners towards the eyes. A logistic function
 * of both in widths of both eyes, fitted as for the mouth.
 */
export function judgeSmile(mesh: readonly MeshPoint[]): Judgement {
  const distance = distances(mesh);
  const eyes = distance("eyeOuterLeft", "eyeOuterRight");
  const width = distance("mouthLeft", "mouthRight") / eyes;
  const cornersToEyes =
    (distance("mouthLeft", "eyeOuterLeft") + distance("mouthRight", "eyeOuterRight")) / (2 * eyes);
  return judge(6.37 + 18.4 * width - 23.5 * cornersToEyes);
}

/**
 * Whether the eyes are open: a logistic function of the gaps between the lids in widths of the eyes, fitted as for the
 * mouth, but to photos as they come, few of them of closed eyes. Depth is left out, which the net tells least well.
 */
export function judgeEyesOpen(mesh: readonly MeshPoint[]): Judgement {
  const distance = distances(mesh.map(({ x, y }) => ({ x, y, z: 0 })));
  const gaps = distance("upperLidLeft", "lowerLidLeft") + distance("upperLidRight", "lowerLidRight");
  const widths = distance("eyeOuterLeft", "eyeInnerLeft") + distance("eyeOuterRight", "eyeInnerRight");
  return judge(-6.29 + (59.4 * gaps) / widths);
}

function distances(mesh: readonly MeshPoint[]) {
  return (one: keyof typeof vertex, other: keyof typeof vertex): number => {
    const a = mesh[vertex[one]] as MeshPoint;
    const b = mesh[vertex[other]] as MeshPoint;
    return Math.hypot(a.x - b.x, a.y - b.y, a.z - b.z);
  };
}

/** @param logOdds that it is so. */
function judge(logOdds: number): Judgement {
  return { value: logOdds > 0, confidence: 100 / (1 + Math.exp(-Math.abs(logOdds))) };
}
