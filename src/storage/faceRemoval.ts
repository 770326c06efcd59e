import { and, eq, inArray, type SQL } from "drizzle-orm";
import { moveVersion } from "./collectionVersion.ts";
import { faces, stagedEmbeddings, users } from "./schema.ts";
import type { Sql } from "./sql.ts";
import { meanOfFaces } from "./userVector.ts";

/**
 * Deletes faces with all that was made of them: embeddings by another model pack, and their share in the vectors of
 * their users. A user whose last face goes stays, without a vector. The transaction must hold the collection's lock.
 *
 * @param which of the collection's faces.
 * @returns the FaceIds of those that were there.
 */
export async function removeFaces(
  transaction: Sql,
  collectionId: number,
  which: SQL | undefined,
): Promise<string[]> {
  const removed = await transaction
    .delete(faces)
    .where(and(eq(faces.collectionId, collectionId), which))
    .returning({ faceId: faces.faceId, userId: faces.userId });
  if (removed.length === 0) return [];
  const faceIds = removed.map(({ faceId }) => faceId);
  await transaction
    .delete(stagedEmbeddings)
    .where(and(eq(stagedEmbeddings.collectionId, collectionId), inArray(stagedEmbeddings.faceId, faceIds)));
  const version = await moveVersion(transaction, collectionId, { faces: -removed.length, removes: true });
  const owners = new Set(removed.flatMap(({ userId }) => userId ?? []));
  if (owners.size > 0) {
    await transaction
      .update(users)
      .set({ embedding: meanOfFaces, version })
      .where(and(eq(users.collectionId, collectionId), inArray(users.userId, [...owners])));
  }
  return faceIds;
}
