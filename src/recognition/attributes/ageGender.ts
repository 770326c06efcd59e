import type { Detection } from "../detector.ts";
import type { ImagePyramid } from "../image.ts";
import { cutSquare, type SquareInput, tiltOf } from "../squareCrop.ts";
import type { FaceAttributes } from "./faceAttributes.ts";
import type { LazySession } from "./lazySession.ts";

/** Mean error of the net's age, in years, as its publisher tells it (6.99, on some 20,000 people). */
const meanAgeError = 7;

/**
 * Age and gender by a net with the contract of Open Model Zoo's age-gender-recognition-retail-0013 (outputs
 * named as in its releases of 2021: age / 100; female, male).
 */
export async function readAgeGender(
  net: LazySession,
  input: SquareInput,
  pyramid: ImagePyramid,
  face: Detection,
): Promise<Required<Pick<FaceAttributes, "ageRange" | "gender">>> {
  const crop = cutSquare(pyramid, face, tiltOf(face.points), input);
  const output = await net.run(crop, [1, 3, input.size, input.size]);
  const [female = 0, male = 0] = output("prob");
  return {
    ageRange: ageRangeAround(100 * (output("age_conv3")[0] as number)),
    gender: { value: male > female ? "male" : "female", confidence: 100 * Math.max(female, male) },
  };
}

/**
 * The range that the net's mean error leaves.
 *
 * @param age in years.
 * @returns whole years, 0 at least.
 */
export function ageRangeAround(age: number): NonNullable<FaceAttributes["ageRange"]> {
  const years = Math.round(age);
  return { low: Math.max(0, years - meanAgeError), high: Math.max(0, years + meanAgeError) };
}
