/**
 * The knots of a rising, piecewise linear function from cosine to similarity, given with a model pack:
 * `[cosine, similarity]`, cosine rising from -1 to 1, similarity from 0 to 100.
 */
export type SimilarityCurve = readonly (readonly [cosine: number, similarity: number])[];

/**
 * From this cosine on two embeddings count as one picture's: storing components as 16-bit floats moves the
 * cosine of a vector with itself by less than 0.001.
 */
const identicalCosine = 0.999;

/** Cosine of the angle between two vectors of length 1: their dot product. */
export function cosine(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  // A plain loop: pairs by the million are compared when a pack is calibrated.
  for (let index = 0; index < a.length; index++) sum += (a[index] as number) * (b[index] as number);
  return sum;
}

/**
 * Similarity of two faces as Rekognition gives it.
 *
 * @param cosine of their embeddings, -1..1 (beyond by rounding: as the bound).
 * @returns 0..100, monotone in the cosine; 100 for the same picture of a face.
 * @throws RangeError for NaN.
 */
export function similarityOf(curve: SimilarityCurve, cosine: number): number {
  return cosine >= identicalCosine ? 100 : interpolate(curve, cosine, 0, 1);
}

/**
 * The least cosine that reaches a similarity: the inverse of `similarityOf`, for searching with a threshold.
 *
 * @param similarity 0..100.
 */
export function cosineAt(curve: SimilarityCurve, similarity: number): number {
  return Math.min(interpolate(curve, similarity, 1, 0), identicalCosine);
}

function interpolate(curve: SimilarityCurve, value: number, from: 0 | 1, to: 0 | 1): number {
  const above = curve.findIndex((knot) => knot[from] >= value);
  const last = curve.at(-1);
  if (last === undefined) throw new RangeError("A similarity curve needs knots");
  // An embedding of zeros has no direction; without this it would be like every face.
  if (Number.isNaN(value)) throw new RangeError("NaN is on no similarity curve");
  if (above === -1) return last[to];
  const high = curve[above] as readonly [number, number];
  const low = curve[above - 1];
  if (low === undefined) return high[to];
  return low[to] + ((high[to] - low[to]) * (value - low[from])) / (high[from] - low[from]);
}
