/** Bins between cosine -1 and 1: 0.0001 each. */
const bins = 20_000;

/** How scores are distributed: a histogram of cosines, fine enough to stand for millions of them. */
export class Scores {
  readonly #weights = new Float64Array(bins + 1);
  #total = 0;
  #count = 0;

  /** @param weight how much this score counts among the others. */
  add(cosine: number, weight = 1): void {
    const bin = Math.floor(((cosine + 1) * bins) / 2 + 1e-6);
    const at = Math.min(Math.max(bin, 0), bins);
    this.#weights[at] = (this.#weights[at] as number) + weight;
    this.#total += weight;
    this.#count++;
  }

  /** How many scores there are. */
  get count(): number {
    return this.#count;
  }

  /** Share of the weight at or above a cosine, 0..1; NaN without scores. */
  shareFrom(cosine: number): number {
    return this.#weightFrom(Math.ceil(((cosine + 1) * bins) / 2 - 1e-6)) / this.#total;
  }

  /** The least cosine that at most this share of the weight reaches. */
  cosineOfShare(share: number): number {
    let weight = 0;
    let bin = bins;
    for (; bin >= 0; bin--) {
      weight += this.#weights[bin] as number;
      if (weight > share * this.#total) break;
    }
    return cosineOf(bin + 1);
  }

  /** How far scores from a cosine on lie above it, on average. */
  meanExcess(cosine: number): number {
    let weight = 0;
    let excess = 0;
    for (let bin = Math.ceil(((cosine + 1) * bins) / 2); bin <= bins; bin++) {
      weight += this.#weights[bin] as number;
      // A bin's scores lie about its middle.
      excess += (this.#weights[bin] as number) * (cosineOf(bin + 0.5) - cosine);
    }
    return excess / weight;
  }

  /** Shares of the weight in `count` equal parts of -1..1. */
  shares(count: number): number[] {
    return Array.from(
      { length: count },
      (_, part) => this.shareFrom(-1 + (2 * part) / count) - this.shareFrom(-1 + (2 * (part + 1)) / count),
    );
  }

  #weightFrom(first: number): number {
    let weight = 0;
    for (let bin = first; bin <= bins; bin++) weight += this.#weights[bin] as number;
    return weight;
  }
}

function cosineOf(bin: number): number {
  return (2 * bin) / bins - 1;
}

/** Scores of two people and of one person: what a threshold has to tell apart. */
export interface PairScores {
  readonly different: Scores;
  readonly same: Scores;
}

export function emptyPairScores(): PairScores {
  return { different: new Scores(), same: new Scores() };
}
