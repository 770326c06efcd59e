import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { openDatabase } from "../../src/storage/database.ts";
import type { Database } from "../../src/storage/sql.ts";

/** A database to test on, fresh for each test file. */
export interface TestDatabase {
  readonly name: string;
  open(): Promise<Database>;
  /** The same database as another server has it: over connections of its own where it takes several servers. */
  join(database: Database): Promise<Database>;
}

const embedded: TestDatabase = {
  name: "PGlite",
  open: async () => {
    const folder = await mkdtemp(path.join(tmpdir(), "cameo-test-"));
    const database = await openDatabase({ folder }, () => undefined);
    return {
      ...database,
      close: async () => {
        await database.close();
        await rm(folder, { recursive: true });
      },
    };
  },
  join: async (database) => ({ ...database, close: async () => undefined }),
};

const server = (url: string): TestDatabase => ({
  name: "PostgreSQL",
  open: () => openDatabase({ url }, () => undefined),
  join: () => openDatabase({ url }, () => undefined),
});

const serverUrl = process.env.TEST_DATABASE_URL;
if (serverUrl === undefined) {
  console.info("Storage is tested on PGlite alone: TEST_DATABASE_URL names no PostgreSQL with pgvector.");
}

/** PGlite always, and PostgreSQL when `TEST_DATABASE_URL` names one. */
export const testDatabases: readonly TestDatabase[] = [embedded, ...(serverUrl ? [server(serverUrl)] : [])];
