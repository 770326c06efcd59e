import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { sql } from "drizzle-orm";
import pg from "pg";
import { makeCollection } from "../../test/support/collections.ts";
import type { TestDatabase } from "../../test/support/databases.ts";
import { severalServersContract } from "../../test/support/severalServersContract.ts";
import { toNewFace, vectorIndexContract } from "../../test/support/vectorIndexContract.ts";
import { unitVector } from "../../test/support/vectors.ts";
import { packageRoot } from "../system/packageRoot.ts";
import { CollectionStore } from "./collectionStore.ts";
import { openDatabase } from "./database.ts";
import { FaceStore } from "./faceStore.ts";
import { MemoryIndex } from "./memory/memoryIndex.ts";
import { PgvectorIndex } from "./pgvectorIndex.ts";

const serverUrl = process.env.TEST_DATABASE_URL;
const onPostgres = serverUrl === undefined ? describe.skip : describe;

/** Runs work with a connection to the test server. */
async function withClient<Result>(
  url: string,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

onPostgres("faces in partitions", () => {
  const name = `partitioned_${randomUUID().replaceAll("-", "")}`;
  const url = Object.assign(new URL(serverUrl ?? "postgres://unused/"), { pathname: `/${name}` }).href;
  const open = () => openDatabase({ url }, () => undefined);
  const partitioned: TestDatabase = { name: "partitioned PostgreSQL", open, join: open };
  const kept = toNewFace(unitVector(1));

  beforeAll(async () => {
    await withClient(serverUrl as string, (client) => client.query(`create database ${name}`));
    const database = await open();
    const collection = await makeCollection(new CollectionStore(database.sql), "kept");
    await new FaceStore(database.sql).add(collection, { imageId: randomUUID(), externalImageId: null }, [
      kept,
    ]);
    await database.close();
    const recipe = await readFile(path.join(packageRoot, "docs/partition-faces.sql"), "utf8");
    await withClient(url, (client) => client.query(recipe));
  });
  afterAll(async () => {
    await withClient(serverUrl as string, (client) => client.query(`drop database ${name} with (force)`));
  });

  test("are those that were there, with every index of the migrations", async () => {
    const other = await openDatabase({ url: serverUrl as string }, () => undefined);
    const database = await open();
    try {
      const index = new PgvectorIndex(database.sql);
      const collection = await new CollectionStore(database.sql).find("kept");
      const query = { embedding: kept.embedding, minimumCosine: 0.9, limit: 5 };
      const found = await index.search(collection as NonNullable<typeof collection>, query);
      expect(found.map(({ faceId }) => faceId)).toEqual([kept.faceId]);

      const definitions = sql`
        select indexname, replace(indexdef, ' ON ONLY ', ' ON ') as definition
        from pg_indexes where tablename = 'faces' order by indexname`;
      const [ours, theirs] = await Promise.all([database, other].map((one) => one.sql.execute(definitions)));
      expect((ours as { rows: unknown }).rows).toEqual((theirs as { rows: unknown }).rows);
    } finally {
      await database.close();
      await other.close();
    }
  });

  vectorIndexContract("PgvectorIndex", partitioned, (database) => new PgvectorIndex(database.sql));
  severalServersContract(
    "MemoryIndex",
    partitioned,
    ({ sql }) => new MemoryIndex(sql, { memoryLimit: 2 ** 26, onError: () => undefined }),
  );
});
