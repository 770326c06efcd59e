/** Components of the test vectors: as many as the models make. */
const dimension = 256;

/** Different vectors of length 1, the same for the same seeds. */
export function vectors(count: number, firstSeed = 100): Float32Array[] {
  return Array.from({ length: count }, (_, index) => unitVector(firstSeed + index));
}

/** A vector of length 1, the same for the same seed (a sine-based hash is random enough to spread them). */
export function unitVector(seed: number): Float32Array {
  const vector = Float32Array.from({ length: dimension }, (_, index) => {
    const wave = Math.sin(seed * 127.1 + index * 311.7) * 43_758.5453;
    return wave - Math.floor(wave) - 0.5;
  });
  const length = Math.sqrt(dot(vector, vector));
  return vector.map((value) => value / length);
}

/** Cosine of two vectors of length 1. */
export function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, index) => sum + value * (b[index] as number), 0);
}
