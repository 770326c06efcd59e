import { createHash } from "node:crypto";
import { identityBits } from "./layout.ts";

/** Who a drawn face shows: a whole number in 0..2^20 - 1, or any text, of which a hash is such a number. */
export type Identity = number | string;

/**
 * The bits of an identity, lowest first. Two texts share them with a chance of one to a million.
 *
 * @throws RangeError for a number that is no whole number in 0..2^20 - 1.
 */
export function bitsOf(identity: Identity): readonly number[] {
  const count = 2 ** identityBits;
  const number =
    typeof identity === "string"
      ? createHash("sha256").update(identity).digest().readUInt32BE() % count
      : identity;
  if (!Number.isInteger(number) || number < 0 || number >= count) {
    throw new RangeError(`An identity is a text or a whole number in 0..${count - 1}, not ${identity}`);
  }
  return Array.from({ length: identityBits }, (_, bit) => (number >> bit) & 1);
}

/** Length of an embedding. */
export const embeddingLength = 256;

/**
 * A linear code of 2^20 words of 256 bits, of which any two differ in 112 to 144: as vectors of -1 and 1 their
 * cosine lies within ±1/8. Word (a, b, c) has at place x of GF(2^8) the bit Tr(a x + b x^3 + c x^17), where c
 * counts only by its 4 bits over GF(2^4): one of the codes of P. Delsarte and J.-M. Goethals, "Alternating
 * bilinear forms over GF(q)" (Journal of Combinatorial Theory A 19, 1975).
 *
 * @returns one row of 256 bits for each bit of an identity; the word of an identity is the sum, modulo 2, of
 *   the rows of the bits that are 1.
 */
export function codeRows(): readonly (readonly number[])[] {
  return codeTerms.flatMap(({ power: exponent, factors }) =>
    factors.map((factor) =>
      Array.from({ length: embeddingLength }, (_, x) => trace(multiply(factor, power(x, exponent)))),
    ),
  );
}

const everyBit = [1, 2, 4, 8, 16, 32, 64, 128];

/** Powers of x, and the factors in GF(2^8) that yield linearly independent rows. */
const codeTerms = [
  { power: 1, factors: everyBit },
  { power: 3, factors: everyBit },
  { power: 17, factors: [2, 4, 16, 32] },
];

/** x^8 + x^4 + x^3 + x^2 + 1, irreducible over GF(2). */
const fieldPolynomial = 0b1_0001_1101;

function multiply(a: number, b: number): number {
  let product = 0;
  let shifted = a;
  for (let rest = b; rest > 0; rest >>= 1) {
    if (rest & 1) product ^= shifted;
    shifted <<= 1;
    if (shifted & 0x100) shifted ^= fieldPolynomial;
  }
  return product;
}

function power(base: number, exponent: number): number {
  let result = 1;
  for (let count = 0; count < exponent; count++) result = multiply(result, base);
  return result;
}

/** Tr(x) = x + x^2 + x^4 + ... + x^128, which is 0 or 1. */
function trace(x: number): number {
  let sum = 0;
  let conjugate = x;
  for (let count = 0; count < 8; count++) {
    sum ^= conjugate;
    conjugate = multiply(conjugate, conjugate);
  }
  return sum;
}
