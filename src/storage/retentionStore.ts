import { and, asc, eq, inArray, lt, sql } from "drizzle-orm";
import { lockCollection } from "./collectionLock.ts";
import { removeFaces } from "./faceRemoval.ts";
import { remembered } from "./requestTokens.ts";
import { faces, requestTokens } from "./schema.ts";
import type { Sql } from "./sql.ts";

/** Deletes what was kept for long enough; the database's clock decides. */
export class RetentionStore {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /**
   * Deletes faces that were added more than `days` ago, oldest first, those of users included.
   *
   * @param limit most faces at once: other changes to the collection wait meanwhile.
   * @returns how many.
   * @throws CollectionGoneError
   */
  async deleteOlderThan(collectionId: number, days: number, limit: number): Promise<number> {
    const isOld = and(
      eq(faces.collectionId, collectionId),
      lt(faces.indexedAt, sql`now() - make_interval(days => ${days})`),
    );
    const oldest = this.#sql
      .select({ faceId: faces.faceId })
      .from(faces)
      .where(isOld)
      .orderBy(asc(faces.indexedAt))
      .limit(limit);
    // Looked at without the lock first: there is most often nothing to do.
    if ((await oldest).length === 0) return 0;
    return this.#sql.transaction(async (transaction) => {
      await lockCollection(transaction, collectionId);
      const removed = await removeFaces(transaction, collectionId, inArray(faces.faceId, oldest));
      return removed.length;
    });
  }

  /** Forgets requests whose tokens are remembered no more; their outcomes name faces and users. */
  async deleteForgottenRequests(): Promise<void> {
    await this.#sql.delete(requestTokens).where(lt(requestTokens.createdAt, sql`now() - ${remembered}`));
  }
}
