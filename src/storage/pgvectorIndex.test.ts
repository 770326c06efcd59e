import { testDatabases } from "../../test/support/databases.ts";
import { severalServersContract } from "../../test/support/severalServersContract.ts";
import { vectorIndexContract } from "../../test/support/vectorIndexContract.ts";
import { PgvectorIndex } from "./pgvectorIndex.ts";

for (const database of testDatabases) {
  vectorIndexContract("PgvectorIndex", database, ({ sql }) => new PgvectorIndex(sql));
  severalServersContract("PgvectorIndex", database, ({ sql }) => new PgvectorIndex(sql));
}
