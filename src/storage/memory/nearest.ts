/** A vector that a search found. */
export interface Match {
  readonly id: string;
  /** Cosine of the angle between the vector and the query, -1..1. */
  readonly cosine: number;
}

/** Keeps the nearest of many vectors. */
export class Nearest {
  readonly #limit: number;
  #matches: Match[] = [];
  #least: number;

  /** @param least the cosine below which none is wanted. */
  constructor(limit: number, least: number) {
    this.#limit = limit;
    this.#least = least;
  }

  /** Below this cosine a vector need not be offered. */
  get least(): number {
    return this.#least;
  }

  offer(id: string, cosine: number): void {
    this.#matches.push({ id, cosine });
    // Sorting seldom costs less than keeping a heap: few vectors of a collection are near.
    if (this.#matches.length >= 2 * this.#limit + 100) this.#cut();
  }

  /** Nearest first, those of equal cosine by their ids. */
  take(): Match[] {
    this.#cut();
    return this.#matches;
  }

  #cut(): void {
    this.#matches.sort((a, b) => b.cosine - a.cosine || (a.id < b.id ? -1 : 1));
    this.#matches = this.#matches.slice(0, this.#limit);
    const last = this.#matches[this.#limit - 1];
    if (last !== undefined) this.#least = last.cosine;
  }
}
