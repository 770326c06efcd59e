import type { Judgement } from "./faceAttributes.ts";
import type { MeshPoint } from "./mesh.ts";

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

/** The log odds of each expression, linear in what is measured on the mesh: as fitted to a net's own meshes. */
export interface ExpressionFormulas {
  readonly smile: { readonly constant: number; readonly width: number; readonly cornersToEyes: number };
  readonly mouthOpen: { readonly constant: number; readonly gap: number };
  /** Upper and lower lid: how far below the line of the eye's corners. */
  readonly eyesOpen: {
    readonly constant: number;
    readonly gap: number;
    readonly upperLid: number;
    readonly lowerLid: number;
  };
}

/**
 * Whether the lips are apart: a logistic function of the gap between them in widths of both eyes, fitted to
 * photos labelled by eye (`docs/attributes.md`).
 */
export function judgeMouthOpen(
  mesh: readonly MeshPoint[],
  { constant, gap }: ExpressionFormulas["mouthOpen"],
): Judgement {
  const distance = distances(mesh);
  return judge(
    constant + (gap * distance("upperLip", "lowerLip")) / distance("eyeOuterLeft", "eyeOuterRight"),
  );
}

/**
 * Whether the face smiles: a smile widens the mouth and draws its corners towards the eyes. A logistic function
 * of both in widths of both eyes, fitted as for the mouth.
 */
export function judgeSmile(mesh: readonly MeshPoint[], formula: ExpressionFormulas["smile"]): Judgement {
  const distance = distances(mesh);
  const eyes = distance("eyeOuterLeft", "eyeOuterRight");
  const width = distance("mouthLeft", "mouthRight") / eyes;
  const cornersToEyes =
    (distance("mouthLeft", "eyeOuterLeft") + distance("mouthRight", "eyeOuterRight")) / (2 * eyes);
  return judge(formula.constant + formula.width * width + formula.cornersToEyes * cornersToEyes);
}

/**
 * Whether the eyes are open: a logistic function of the gaps between the lids and of the lids' heights in widths of the
 * eyes, fitted as for the mouth, but to photos as they come, few of them of closed eyes. Depth is left out, which the
 * net tells least well.
 */
export function judgeEyesOpen(
  mesh: readonly MeshPoint[],
  { constant, gap, upperLid, lowerLid }: ExpressionFormulas["eyesOpen"],
): Judgement {
  const distance = distances(mesh.map(({ x, y }) => ({ x, y, z: 0 })));
  const gaps = distance("upperLidLeft", "lowerLidLeft") + distance("upperLidRight", "lowerLidRight");
  const widths = distance("eyeOuterLeft", "eyeInnerLeft") + distance("eyeOuterRight", "eyeInnerRight");
  const heights = upperLid * heightOf(mesh, "upper") + lowerLid * heightOf(mesh, "lower");
  return judge(constant + (gap * gaps) / widths + heights);
}

/** Each eye's corners from the viewer's left to right, and three vertices of each lid. */
const eyes = [
  { left: 33, right: 133, upper: [158, 159, 160], lower: [153, 145, 144] },
  { left: 362, right: 263, upper: [385, 386, 387], lower: [380, 374, 373] },
] as const;

/** How far a lid lies below the line of the eye's corners, in widths of the eye: the mean of both eyes. */
function heightOf(mesh: readonly MeshPoint[], lid: "upper" | "lower"): number {
  let sum = 0;
  for (const eye of eyes) {
    const left = mesh[eye.left] as MeshPoint;
    const right = mesh[eye.right] as MeshPoint;
    const along = { x: right.x - left.x, y: right.y - left.y };
    const squaredWidth = along.x * along.x + along.y * along.y;
    for (const vertex of eye[lid]) {
      const { x, y } = mesh[vertex] as MeshPoint;
      sum += (along.x * (y - left.y) - along.y * (x - left.x)) / squaredWidth;
    }
  }
  return sum / (eyes.length * eyes[0][lid].length);
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
