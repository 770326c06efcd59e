import type { Point } from "../geometry.ts";
import { eyeOf, type MeshPoint } from "./mesh.ts";

/**
 * The vertex of MediaPipe's mesh that lies where Rekognition puts a landmark; left and right are the viewer's.
 * Where several are near, the one whose height between eyes and mouth is that of Rekognition's published
 * answers.
 */
const vertices = {
  leftEyeBrowLeft: 46,
  leftEyeBrowRight: 107,
  leftEyeBrowUp: 105,
  rightEyeBrowLeft: 336,
  rightEyeBrowRight: 276,
  rightEyeBrowUp: 334,
  leftEyeLeft: 33,
  leftEyeRight: 133,
  leftEyeUp: 159,
  leftEyeDown: 145,
  rightEyeLeft: 362,
  rightEyeRight: 263,
  rightEyeUp: 386,
  rightEyeDown: 374,
  noseLeft: 64,
  noseRight: 294,
  mouthUp: 0,
  mouthDown: 17,
  upperJawlineLeft: 127,
  midJawlineLeft: 172,
  chinBottom: 152,
  midJawlineRight: 397,
  upperJawlineRight: 356,
} as const;

/** The middles of the irises; where a mesh has none, a pupil is taken to be in the middle of its eye. */
const pupils = { leftPupil: [468, "left"], rightPupil: [473, "right"] } as const;

/** A landmark that the mesh tells, beside the five points. */
export type LandmarkName = keyof typeof vertices | keyof typeof pupils;

/** The landmarks of a mesh, in its unit. */
export function landmarksOf(mesh: readonly MeshPoint[]): Record<LandmarkName, Point> {
  const flat = ({ x, y }: Point): Point => ({ x, y });
  return Object.fromEntries([
    ...Object.entries(vertices).map(([name, vertex]) => [name, flat(mesh[vertex] as MeshPoint)]),
    ...Object.entries(pupils).map(([name, [vertex, side]]) => [
      name,
      flat(mesh[vertex] ?? eyeOf(mesh, side)),
    ]),
  ]) as Record<LandmarkName, Point>;
}
