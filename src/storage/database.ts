import { mkdir } from "node:fs/promises";
import path from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { vector } from "@electric-sql/pglite-pgvector";
import { sql } from "drizzle-orm";
import { drizzle as drizzlePostgres } from "drizzle-orm/node-postgres";
import { migrate as migratePostgres } from "drizzle-orm/node-postgres/migrator";
import type { PgDatabase, PgQueryResultHKT } from "drizzle-orm/pg-core";
import { drizzle as drizzlePglite } from "drizzle-orm/pglite";
import { migrate as migratePglite } from "drizzle-orm/pglite/migrator";
import pg from "pg";
import { packageRoot } from "../packageRoot.ts";
import { lockFolder } from "./folderLock.ts";

/** PostgreSQL as the stores speak to it: a server, or the embedded one. */
export type Sql = PgDatabase<PgQueryResultHKT>;

/** How busy a pool of connections is. */
export interface ConnectionLoad {
  /** Most connections there may be. */
  readonly limit: number;
  /** Connections at work. */
  readonly active: number;
  /** Connections that are open and have nothing to do. */
  readonly idle: number;
  /** Queries and transactions that wait for a connection. */
  readonly waiting: number;
}

/** An open database with its schema up to date. */
export interface Database {
  readonly sql: Sql;
  /** How busy the connections are; the embedded database has none. */
  load(): ConnectionLoad | undefined;
  /** Throws when the database does not answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** Where the database is: a server's address, or the folder of the embedded one. */
export type DatabaseLocation = { readonly url: string } | { readonly folder: string };

/** Thrown when the database cannot be opened; says which, why, and what to look at. */
export class DatabaseUnavailableError extends Error {
  override readonly name = "DatabaseUnavailableError";
}

const migrationsFolder = path.join(packageRoot, "drizzle");

/** Any number: servers that migrate one database at once take turns by it. */
const migrationLock = 726_343_101;

/** Connections of one server: a request holds one for milliseconds, and there are few recognition threads. */
const poolSize = 10;

/**
 * Opens a database and applies the migrations that it lacks.
 *
 * @param onLost hears of connections that broke while idle; the pool replaces them.
 * @throws DatabaseUnavailableError, FolderInUseError
 */
export async function openDatabase(
  location: DatabaseLocation,
  onLost: (error: Error) => void,
): Promise<Database> {
  return "url" in location ? openPostgres(location.url, onLost) : openPglite(location.folder);
}

async function openPostgres(url: string, onLost: (error: Error) => void): Promise<Database> {
  const pool = new pg.Pool({ connectionString: url, max: poolSize, application_name: "cameo" });
  pool.on("error", onLost);
  const database = drizzlePostgres(pool);
  try {
    const client = await pool.connect();
    try {
      await client.query("select pg_advisory_lock($1)", [migrationLock]);
      await migratePostgres(drizzlePostgres(client), { migrationsFolder });
    } finally {
      await client.query("select pg_advisory_unlock($1)", [migrationLock]).catch(() => undefined);
      client.release();
    }
  } catch (cause) {
    await pool.end();
    throw unavailable(`PostgreSQL at ${withoutPassword(url)}`, cause);
  }
  return {
    sql: database,
    load: () => ({
      limit: poolSize,
      active: pool.totalCount - pool.idleCount,
      idle: pool.idleCount,
      waiting: pool.waitingCount,
    }),
    ping: async () => void (await database.execute(sql`select 1`)),
    close: () => pool.end(),
  };
}

async function openPglite(folder: string): Promise<Database> {
  await mkdir(folder, { recursive: true });
  const unlock = await lockFolder(folder);
  try {
    const client = await PGlite.create({ dataDir: path.join(folder, "pglite"), extensions: { vector } });
    const database = drizzlePglite(client);
    await migratePglite(database, { migrationsFolder });
    await takeHalfVectorsInBinary(client);
    return {
      sql: database,
      load: () => undefined,
      ping: async () => void (await database.execute(sql`select 1`)),
      close: async () => {
        await client.close();
        await unlock();
      },
    };
  } catch (cause) {
    await unlock();
    throw unavailable(`The embedded database in ${folder}`, cause);
  }
}

/**
 * The embedded database sends as text what it has no serializer for; `pg` sends buffers in binary by itself. It sends
 * what a serializer gives, buffers too, though its type says text.
 */
async function takeHalfVectorsInBinary(client: PGlite): Promise<void> {
  const { rows } = await client.query<{ oid: number }>("select 'halfvec'::regtype::oid");
  for (const { oid } of rows) client.serializers[oid] = (value: unknown) => value as string;
}

function unavailable(which: string, cause: unknown): DatabaseUnavailableError {
  const reasons: string[] = [];
  for (let error = cause; error instanceof Error; error = error.cause) {
    if (error.message !== "") reasons.push(error.message);
    if (error instanceof AggregateError) reasons.push(...error.errors.map((one: unknown) => String(one)));
  }
  const hint = reasons.some((reason) => /extension "vector"/.test(reason))
    ? " Install pgvector on the server, or use the pgvector/pgvector image."
    : "";
  return new DatabaseUnavailableError(`${which} cannot be used: ${reasons.join("; ")}.${hint}`, { cause });
}

function withoutPassword(url: string): string {
  const address = new URL(url);
  return `${address.host}${address.pathname}`;
}
