import { eq, sql } from "drizzle-orm";
import { chores, collections } from "./schema.ts";
import type { Database, Sql } from "./sql.ts";

/** Every table that holds faces, users or what names them. */
const tables = sql.raw("faces, users, staged_embeddings, request_tokens, collections");

/**
 * What PostgreSQL deletes stays in the table's file until a vacuum frees its place, and then until something else
 * is written there. Others read and write meanwhile.
 */
export async function vacuum(database: Sql): Promise<void> {
  await database.execute(sql`vacuum ${tables}`);
}

/**
 * Writes the tables anew, without what was deleted, and gives their old files back to the operating system. Locks
 * one table after the other.
 */
export async function rewriteTables(database: Sql): Promise<void> {
  await database.execute(sql`vacuum full ${tables}`);
}

/**
 * Ends the write-ahead log's files, which have all that was written, and removes those that are needed no more. A
 * database server that keeps its log for archives or replicas, or uses old files again (`wal_recycle`), keeps them.
 * Takes the rights of a superuser.
 */
export async function dropWriteAheadLog(database: Sql): Promise<void> {
  await database.execute(sql`select pg_switch_wal()`);
  await database.execute(sql`checkpoint`);
}

/** Clears the database's files when something was removed since that was done last, by whichever server. */
export async function clearAfterRemovals({
  sql: database,
  clear,
}: Pick<Database, "sql" | "clear">): Promise<void> {
  const name = "clear";
  // Read before: what is removed meanwhile is for the next time.
  const state = await removalMark(database);
  const [last] = await database.select().from(chores).where(eq(chores.name, name));
  if (last?.state === state) return;
  await clear();
  await database
    .insert(chores)
    .values({ name, state })
    .onConflictDoUpdate({ target: chores.name, set: { state } });
}

/** Something that changes with every removal of a face, a user or a collection. */
async function removalMark(database: Sql): Promise<string> {
  const [row] = await database
    .select({
      mark: sql<string>`concat_ws(' ', count(*), max(${collections.id}), sum(${collections.removalVersion}))`,
    })
    .from(collections);
  return row?.mark ?? "";
}
