import { eq, lte, sql } from "drizzle-orm";
import type { AnyPgColumn } from "drizzle-orm/pg-core";
import type { Collection } from "./collectionStore.ts";
import { encodeHalfVector } from "./halfVector.ts";
import { faces, users } from "./schema.ts";
import type { Sql } from "./sql.ts";
import type { UserVectorMatch, VectorIndex, VectorMatch, VectorQuery } from "./vectorIndex.ts";

/**
 * Exact search in PostgreSQL: every embedding of the collection is compared. Nothing is missed, and a
 * collection of an album's size takes milliseconds; an approximate index would silently return too few.
 */
export class PgvectorIndex implements VectorIndex {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  async search(collection: Collection, query: VectorQuery): Promise<VectorMatch[]> {
    const nearest = await this.#nearest(faces, faces.faceId, collection, query);
    return nearest.map(({ id, cosine }) => ({ faceId: id, cosine }));
  }

  async searchUsers(collection: Collection, query: VectorQuery): Promise<UserVectorMatch[]> {
    const nearest = await this.#nearest(users, users.userId, collection, query);
    return nearest.map(({ id, cosine }) => ({ userId: id, cosine }));
  }

  async #nearest(
    table: typeof faces | typeof users,
    idColumn: AnyPgColumn<{ data: string }>,
    collection: Collection,
    { embedding, minimumCosine, limit }: VectorQuery,
  ): Promise<{ readonly id: string; readonly cosine: number }[]> {
    const query = sql`${encodeHalfVector(embedding)}::halfvec`;
    // Embeddings have length 1, so the cheaper inner product (negated by pgvector, to sort by) is the cosine.
    // The inner limit, which nothing reaches, keeps the inner query whole: PostgreSQL would otherwise compute the
    // distance once to filter, once to sort and once to answer.
    const distances = this.#sql
      .select({
        id: sql<string>`${idColumn}`.as("id"),
        distance: sql<number>`${table.embedding} <#> ${query}`.as("distance"),
      })
      .from(table)
      .where(eq(table.collectionId, collection.id))
      .limit(Number.MAX_SAFE_INTEGER)
      .as("distances");
    const nearest = await this.#sql
      .select({ id: distances.id, distance: distances.distance })
      .from(distances)
      // A user without faces has no vector, hence no distance that could be little enough.
      .where(lte(distances.distance, -minimumCosine))
      .orderBy(distances.distance, distances.id)
      .limit(limit);
    return nearest.map(({ id, distance }) => ({ id, cosine: -distance }));
  }
}
