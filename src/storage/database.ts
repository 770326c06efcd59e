import { mkdir } from "node:fs/promises";
import path from "node:path";
import { sql } from "drizzle-orm";
import { drizzle as drizzlePostgres, type NodePgDatabase } from "drizzle-orm/node-postgres";
import { migrate as migratePostgres } from "drizzle-orm/node-postgres/migrator";
import { drizzle as drizzlePglite } from "drizzle-orm/pglite";
import { migrate as migratePglite } from "drizzle-orm/pglite/migrator";
import pg from "pg";
import { packageRoot } from "../system/packageRoot.ts";
import { EmbeddedPostgres } from "./embeddedPostgres.ts";
import { dropWriteAheadLog, rewriteTables, vacuum } from "./erasure.ts";
import { lockFolder } from "./folderLock.ts";
import { isOutage } from "./outage.ts";
import type { Database } from "./sql.ts";

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

/** Longest wait for a connection, be it to a busy pool or a silent server, in milliseconds. */
const connectTimeout = 5_000;

/** Pause between two attempts to reach a database that is not there yet, in milliseconds. */
const retryInterval = 2_000;

/** How patient to be with a PostgreSQL; the embedded database is there, or is not. */
export interface DatabasePatience {
  /** How long to wait for a server that cannot be reached yet, in milliseconds. Not given: not at all. */
  readonly wait?: number;
  /** Hears of each attempt that failed and will be repeated. */
  readonly onWaiting?: (error: DatabaseUnavailableError) => void;
  /** Longest time for a query, in milliseconds. Not given: any. */
  readonly queryTimeout?: number;
}

/**
 * Opens a database and applies the migrations that it lacks.
 *
 * @param onLost hears of connections that broke; the pool replaces them.
 * @throws DatabaseUnavailableError, FolderInUseError
 */
export async function openDatabase(
  location: DatabaseLocation,
  onLost: (error: Error) => void,
  patience: DatabasePatience = {},
): Promise<Database> {
  return "url" in location ? openPostgres(location.url, onLost, patience) : openPglite(location.folder);
}

async function openPostgres(
  url: string,
  onLost: (error: Error) => void,
  { wait = 0, onWaiting = () => undefined, queryTimeout }: DatabasePatience,
): Promise<Database> {
  const giveUpAt = performance.now() + wait;
  for (;;) {
    try {
      await migrate(url);
      break;
    } catch (cause) {
      const error = unavailable(`PostgreSQL at ${withoutPassword(url)}`, cause);
      // A wrong password or a missing extension stays so; only who cannot be reached may yet come.
      if (!isOutage(cause) || performance.now() + retryInterval > giveUpAt) throw error;
      onWaiting(error);
      await new Promise((resolve) => setTimeout(resolve, retryInterval));
    }
  }
  const pool = new pg.Pool({
    connectionString: url,
    max: poolSize,
    application_name: "cameo",
    connectionTimeoutMillis: connectTimeout,
    keepAlive: true,
    // A moment longer than the server's own limit, which also ends the work: this is for a server that is silent.
    ...(queryTimeout !== undefined && { query_timeout: queryTimeout + 1_000 }),
    onConnect: async (client) => {
      // Not as parameters of the connection, which poolers such as PgBouncer refuse.
      if (queryTimeout === undefined) return;
      await client.query(
        `set statement_timeout = ${queryTimeout}; set idle_in_transaction_session_timeout = ${queryTimeout}`,
      );
    },
  });
  // Each connection is listened to, also while a transaction has it: an error that nobody hears ends the process.
  pool.on("connect", (client) => client.on("error", onLost));
  pool.on("error", () => undefined);
  const database = drizzlePostgres(pool);
  return {
    sql: Object.assign(database, { transaction: transactionsOf(pool) }),
    load: () => ({
      limit: poolSize,
      active: pool.totalCount - pool.idleCount,
      idle: pool.idleCount,
      waiting: pool.waitingCount,
    }),
    ping: async () => void (await database.execute(sql`select 1`)),
    clear: () => onOwnConnection(url, (client) => vacuum(drizzlePostgres(client))),
    close: () => pool.end(),
  };
}

function migrate(url: string): Promise<void> {
  return onOwnConnection(url, async (client) => {
    await client.query("select pg_advisory_lock($1)", [migrationLock]);
    await migratePostgres(drizzlePostgres(client), { migrationsFolder });
  });
}

/** Does work over a connection of its own, which has no limits: it takes as long as it takes. */
async function onOwnConnection(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({
    connectionString: url,
    application_name: "cameo",
    connectionTimeoutMillis: connectTimeout,
  });
  // What ends the connection fails the query too; without a listener it would end the process.
  client.on("error", () => undefined);
  try {
    await client.connect();
    await work(client);
  } finally {
    // Ends its locks too.
    await client.end().catch(() => undefined);
  }
}

/**
 * Drizzle's transactions, but for what becomes of the connection: its own keep one for ever whose `begin` failed, and
 * give back one that may still be in a transaction.
 */
function transactionsOf(pool: pg.Pool): NodePgDatabase["transaction"] {
  return async (work, config) => {
    const client = await pool.connect();
    let isUsable = false;
    try {
      const result = await drizzlePostgres(client).transaction(work, config);
      isUsable = true;
      return result;
    } catch (error) {
      isUsable = !isOutage(error);
      throw error;
    } finally {
      client.release(!isUsable);
    }
  };
}

async function openPglite(folder: string): Promise<Database> {
  await mkdir(folder, { recursive: true });
  const unlock = await lockFolder(folder);
  try {
    const client = await EmbeddedPostgres.open(path.join(folder, "pglite"), (crash) => {
      // Nobody can go on without it: the process ends as for any error that nobody caught (src/boot/lifetime.ts).
      setImmediate(() => {
        throw crash;
      });
    });
    const database = drizzlePglite(client);
    // Files of the log that are needed no more are removed, not kept with what was written in them.
    await database.execute(sql`set wal_recycle = off`);
    await migratePglite(database, { migrationsFolder });
    await takeHalfVectorsInBinary(client);
    return {
      sql: database,
      load: () => undefined,
      ping: async () => void (await database.execute(sql`select 1`)),
      clear: async () => {
        await rewriteTables(database);
        await dropWriteAheadLog(database);
      },
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
async function takeHalfVectorsInBinary(client: EmbeddedPostgres): Promise<void> {
  const { rows } = await client.query<{ oid: number }>("select 'halfvec'::regtype::oid");
  for (const { oid } of rows) client.serializers[oid] = (value: unknown) => value as string;
}

/** What to do about a reason; the first that fits. */
const hints: readonly (readonly [RegExp, string])[] = [
  [
    /permission denied to create extension "vector"/,
    " Have a superuser run CREATE EXTENSION vector in this database, once.",
  ],
  [/extension "vector"/, " Install pgvector on the server, or use the pgvector/pgvector image."],
];

function unavailable(which: string, cause: unknown): DatabaseUnavailableError {
  const reasons: string[] = [];
  for (let error = cause; error instanceof Error; error = error.cause) {
    if (error.message !== "") reasons.push(error.message);
    if (error instanceof AggregateError) reasons.push(...error.errors.map((one: unknown) => String(one)));
  }
  const hint = hints.find(([reason]) => reasons.some((one) => reason.test(one)))?.[1] ?? "";
  return new DatabaseUnavailableError(`${which} cannot be used: ${reasons.join("; ")}.${hint}`, { cause });
}

function withoutPassword(url: string): string {
  const address = new URL(url);
  return `${address.host}${address.pathname}`;
}
