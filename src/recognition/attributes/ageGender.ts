import type { Detection } from "../detect/detection.ts";
import type { ImagePyramid } from "../image.ts";
import type { LazyNet } from "../lazyNet.ts";
import { cutSquare, type SquareInput, tiltOf } from "../squareCrop.ts";
import type { FaceAttributes } from "./faceAttributes.ts";

type Gender = NonNullable<FaceAttributes["gender"]>["value"];

/** What a net for age and gender sees, and what its outputs mean. */
export interface AgeGenderInput extends SquareInput {
  readonly age: {
    /** The output's name. */
    readonly output: string;
    /** Years that an answer of 1 stands for. */
    readonly unit: number;
    /** Mean error of the net's age, in whole years. */
    readonly meanError: number;
  };
  readonly gender: {
    /** The name of the output, which has two probabilities. */
    readonly output: string;
    /** Whose they are. */
    readonly order: readonly [Gender, Gender];
  };
}

/** Age and gender by a net that sees the square around the face with level eyes. */
export async function readAgeGender(
  net: LazyNet,
  input: AgeGenderInput,
  pyramid: ImagePyramid,
  face: Detection,
): Promise<Required<Pick<FaceAttributes, "ageRange" | "gender">>> {
  const crop = cutSquare(pyramid, face, tiltOf(face.points), input);
  const output = await net.run(crop, [1, 3, input.size, input.size]);
  const { age, gender } = input;
  const [first = 0, second = 0] = output(gender.output);
  return {
    ageRange: ageRangeAround(age.unit * (output(age.output)[0] as number), age.meanError),
    gender: { value: gender.order[second > first ? 1 : 0], confidence: 100 * Math.max(first, second) },
  };
}

/**
 * The range that a net's mean error leaves.
 *
 * @param age in years.
 * @param meanError in whole years.
 * @returns whole years, 0 at least.
 */
export function ageRangeAround(age: number, meanError: number): NonNullable<FaceAttributes["ageRange"]> {
  const years = Math.round(age);
  return { low: Math.max(0, years - meanError), high: Math.max(0, years + meanError) };
}
