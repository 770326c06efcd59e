/** A photo that the collection has now. */
export interface IndexedPhoto {
  /** Relative to the album. */
  readonly path: string;
  /** The file's, when it was sent. */
  readonly stamp: string;
  readonly externalImageId: string;
  /** How many of its faces the collection has. */
  readonly faces: number;
  /** How many were left out, by the quality filter or as too many. */
  readonly unindexedFaces: number;
  /** Whether a smaller picture of it was sent. */
  readonly isShrunk: boolean;
}

/** A photo that was refused; by its AWS error, or that of the file. */
export interface RefusedPhoto {
  readonly path: string;
  readonly stamp: string;
  readonly refused: { readonly name: string; readonly message: string };
}

/** What became of a photo: a line of the journal. */
export type Outcome = IndexedPhoto | RefusedPhoto;

export function isIndexed(outcome: Outcome): outcome is IndexedPhoto {
  return "faces" in outcome;
}

export function isRefused(outcome: Outcome): outcome is RefusedPhoto {
  return "refused" in outcome;
}
