import { eq, sql } from "drizzle-orm";
import { collections } from "./schema.ts";
import type { Sql } from "./sql.ts";

/** What a change to the vectors of a collection's faces or users comes with. */
export interface VectorChange {
  /** By how much the number of faces grows. */
  readonly faces?: number;
  /** By how much the number of users grows. */
  readonly users?: number;
  /** Whether faces or users are removed: copies cannot learn that from the rows that are left. */
  readonly removes?: boolean;
}

/**
 * Moves a collection to its next version. The transaction must hold the collection's lock, so that versions
 * become visible in their order: who sees one sees all changes up to it.
 *
 * @returns the version, for the rows of the faces and users whose vectors change.
 */
export async function moveVersion(
  transaction: Sql,
  collectionId: number,
  { faces = 0, users = 0, removes = false }: VectorChange = {},
): Promise<number> {
  const next = sql<number>`${collections.version} + 1`;
  const [moved] = await transaction
    .update(collections)
    .set({
      faceCount: sql`${collections.faceCount} + ${faces}`,
      userCount: sql`${collections.userCount} + ${users}`,
      version: next,
      ...(removes && { removalVersion: next }),
    })
    .where(eq(collections.id, collectionId))
    .returning({ version: collections.version });
  if (moved === undefined) throw new Error(`Collection ${collectionId} is not locked`);
  return moved.version;
}
