import type { Judgement } from "./faceAttributes.ts";
import type { MeshPoint } from "./faceMesh.ts";

/** Vertices of MediaPipe's mesh, left and right the viewer's. */
const vertex = {
  eyeOuterLeft: 33,
  eyeOuterRight: 263,
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
