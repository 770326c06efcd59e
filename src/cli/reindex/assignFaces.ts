import { type Box, intersectionOverUnion } from "../../recognition/geometry.ts";

/** Something with a place in an image, in ratios of its width and height. */
interface Placed {
  readonly box: Box;
}

/** A stored face, and the detection that is the same face, if there is one. */
export interface Assignment<Face, Detection> {
  readonly face: Face;
  readonly detection: Detection | undefined;
  /** Intersection over union with the detection, or else with the nearest one that was left; 0..1. */
  readonly overlap: number;
}

/**
 * Tells which detection shows which stored face: pairs in the order of their overlap, each face and each
 * detection once.
 *
 * @param leastOverlap of a pair, intersection over union.
 */
export function assignFaces<Face extends Placed, Detection extends Placed>(
  faces: readonly Face[],
  detections: readonly Detection[],
  leastOverlap: number,
): Assignment<Face, Detection>[] {
  const pairs = faces
    .flatMap((face) =>
      detections.map((detection) => ({
        face,
        detection,
        overlap: intersectionOverUnion(face.box, detection.box),
      })),
    )
    .sort((a, b) => b.overlap - a.overlap);
  const assigned = new Map<Face, Assignment<Face, Detection>>();
  const taken = new Set<Detection>();
  for (const pair of pairs) {
    if (pair.overlap < leastOverlap) break;
    if (assigned.has(pair.face) || taken.has(pair.detection)) continue;
    assigned.set(pair.face, pair);
    taken.add(pair.detection);
  }
  return faces.map((face) => {
    const nearest = pairs.find((pair) => pair.face === face && !taken.has(pair.detection));
    return assigned.get(face) ?? { face, detection: undefined, overlap: nearest?.overlap ?? 0 };
  });
}
