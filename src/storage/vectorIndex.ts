import type { Collection } from "./collectionStore.ts";

/** A face that a search found. */
export interface VectorMatch {
  readonly faceId: string;
  /** Cosine of the angle between the face's embedding and the query, -1..1. */
  readonly cosine: number;
}

/** A user that a search found. */
export interface UserVectorMatch {
  readonly userId: string;
  /** Cosine of the angle between the user vector and the query, -1..1. */
  readonly cosine: number;
}

/** What to search for. */
export interface VectorQuery {
  /** Of length 1, with as many components as the collection's model pack makes. */
  readonly embedding: Float32Array;
  /** Faces or users below this cosine are left out. */
  readonly minimumCosine: number;
  /** Most matches to return. */
  readonly limit: number;
}

/**
 * Searches the embeddings of a collection's faces, and the vectors of its users: the seam behind which engines can be exchanged.
 *
 * The database is the truth, an index answers from it: every face whose IndexFaces was answered before a
 * search began must be found by it, no face whose deletion was answered may be, and no other collection's face
 * ever. Likewise users, by the vector of the faces that are theirs at that time (see `UserStore`); one without
 * faces is not found. `vectorIndexContract` in the tests is what every engine must pass.
 */
export interface VectorIndex {
  /** The nearest faces, nearest first; exact, faces of equal cosine in the order of their FaceIds. */
  search(collection: Collection, query: VectorQuery): Promise<VectorMatch[]>;

  /** The nearest users, nearest first; exact, users of equal cosine in the order of their UserIds. */
  searchUsers(collection: Collection, query: VectorQuery): Promise<UserVectorMatch[]>;
}
