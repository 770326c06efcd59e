/** A selfie compared with a photo. */
export interface Comparison {
  /** Of the photo's face that is most like the selfie's; `noFace` where one of the two shows none. */
  readonly cosine: number;
  readonly isOnPhoto: boolean;
}

/** The cosine of what cannot be compared: never returned by a search. */
export const noFace = -1;

/** What searches with all selfies return from a cosine on. */
export interface SearchOutcome {
  /** Photos returned that the selfie's person is on. */
  readonly found: number;
  /** Photos returned that the person is not on. */
  readonly wrong: number;
  /** Share of the photos that show a selfie's person which are found, 0..1; NaN when there are none. */
  readonly recall: number;
  /** Share of the photos returned that are wrong, 0..1; NaN when none is returned. */
  readonly wrongShare: number;
}

/** @param threshold the least cosine that is returned. */
export function searchFrom(comparisons: readonly Comparison[], threshold: number): SearchOutcome {
  const returned = comparisons.filter(({ cosine }) => cosine > noFace && cosine >= threshold);
  const truths = comparisons.filter(({ isOnPhoto }) => isOnPhoto).length;
  const found = returned.filter(({ isOnPhoto }) => isOnPhoto).length;
  const wrong = returned.length - found;
  return { found, wrong, recall: found / truths, wrongShare: wrong / returned.length };
}

/** A search at the threshold that suits it best. */
export interface BestSearch extends SearchOutcome {
  readonly threshold: number;
}

/**
 * The search with the most recall of which at most a share is wrong; of several with as much, the one with the highest
 * threshold. Undefined when none finds anything within the share. The threshold is chosen on what it is told by, which
 * flatters all packs alike.
 */
export function bestSearch(comparisons: readonly Comparison[], mostWrong: number): BestSearch | undefined {
  return comparisons
    .filter(({ cosine, isOnPhoto }) => isOnPhoto && cosine > noFace)
    .map(({ cosine }) => ({ ...searchFrom(comparisons, cosine), threshold: cosine }))
    .filter(({ wrongShare }) => wrongShare <= mostWrong)
    .sort((a, b) => b.recall - a.recall || b.threshold - a.threshold)[0];
}
