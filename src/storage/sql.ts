import type { PgDatabase, PgQueryResultHKT } from "drizzle-orm/pg-core";

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
  /**
   * Clears deleted rows from the database's files. The embedded database writes its tables anew and drops its log,
   * so that nothing is left of them; a server frees their place, and the rest is its operator's (`cameo erase`).
   */
  clear(): Promise<void>;
  close(): Promise<void>;
}
