import { eq, lte, sql } from "drizzle-orm";
import { toSql } from "pgvector";
import type { Collection } from "./collectionStore.ts";
import type { Sql } from "./database.ts";
import { faces } from "./schema.ts";
import type { VectorIndex, VectorMatch, VectorQuery } from "./vectorIndex.ts";

/**
 * Exact search in PostgreSQL: every embedding of the collection is compared. Nothing is missed, and a
 * collection of an album's size takes milliseconds; an approximate index would silently return too few.
 */
export class PgvectorIndex implements VectorIndex {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  async search(
    collection: Collection,
    { embedding, minimumCosine, limit }: VectorQuery,
  ): Promise<VectorMatch[]> {
    const query = sql`${toSql([...embedding])}::halfvec`;
    // Embeddings have length 1, so the cheaper inner product (negated by pgvector, to sort by) is the cosine.
    // The inner limit, which nothing reaches, keeps the inner query whole: PostgreSQL would otherwise compute the
    // distance once to filter, once to sort and once to answer.
    const distances = this.#sql
      .select({ faceId: faces.faceId, distance: sql<number>`${faces.embedding} <#> ${query}`.as("distance") })
      .from(faces)
      .where(eq(faces.collectionId, collection.id))
      .limit(Number.MAX_SAFE_INTEGER)
      .as("distances");
    const nearest = await this.#sql
      .select({ faceId: distances.faceId, distance: distances.distance })
      .from(distances)
      .where(lte(distances.distance, -minimumCosine))
      .orderBy(distances.distance, distances.faceId)
      .limit(limit);
    return nearest.map(({ faceId, distance }) => ({ faceId, cosine: -distance }));
  }
}
