import type { Collection } from "./collectionStore.ts";

/** A face that a search found. */
export interface VectorMatch {
  readonly faceId: string;
  /** Cosine of the angle between the face's embedding and the query, -1..1. */
  readonly cosine: number;
}

/** What to search for. */
export interface VectorQuery {
  /** Of length 1, with as many components as the collection's model pack makes. */
  readonly embedding: Float32Array;
  /** Faces below this cosine are left out. */
  readonly minimumCosine: number;
  /** Most matches to return. */
  readonly limit: number;
}

/**
 * Searches the embeddings of a collection: the seam behind which engines can be exchanged.
 *
 * The database is the truth, an index answers from it: every face whose IndexFaces was answered before a
 * search began must be found by it, no face whose deletion was answered may be, and no other collection's face
 * ever. `vectorIndexContract` in the tests is what every engine must pass.
 */
export interface VectorIndex {
  /** The nearest faces, nearest first; exact, faces of equal cosine in the order of their FaceIds. */
  search(collection: Collection, query: VectorQuery): Promise<VectorMatch[]>;
}
