/** Collections that the fuzzer makes, deletes and makes again. */
export const collectionIds = Array.from({ length: 3 }, (_, index) => `cameo-fuzz-${index}`);

export const userIds = ["guest-0", "guest-1", "guest-2", "guest-3"];

/** Values of the service's that are of use in later requests; the oldest are forgotten. */
export class Known {
  readonly #values: string[];

  constructor(first: string) {
    this.#values = [first];
  }

  add(value: string): void {
    if (this.#values.push(value) > 20) this.#values.shift();
  }

  /** The one at a position that may be any whole number. */
  at(position: number): string {
    return this.#values[position % this.#values.length] as string;
  }
}

export const faceIds = new Known("00000000-0000-4000-8000-000000000000");
export const pageTokens = new Known("bm9uc2Vuc2U=");

/** Remembers what an answer tells. */
export function learn(answer: string): void {
  // Of faces that are there: refusals name others.
  for (const [, faceId] of answer.matchAll(/"Face":\{"FaceId":"([^"]+)"/g)) faceIds.add(faceId as string);
  for (const [, token] of answer.matchAll(/"NextToken":"([^"]+)"/g)) pageTokens.add(token as string);
}
