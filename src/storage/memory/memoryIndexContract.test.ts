import { testDatabases } from "../../../test/support/databases.ts";
import { severalServersContract } from "../../../test/support/severalServersContract.ts";
import { vectorIndexContract } from "../../../test/support/vectorIndexContract.ts";
import type { Database } from "../sql.ts";
import { MemoryIndex } from "./memoryIndex.ts";

const create = ({ sql }: Database) =>
  new MemoryIndex(sql, {
    memoryLimit: 2 ** 26,
    onError: (error) => {
      throw error;
    },
  });

for (const database of testDatabases) {
  vectorIndexContract("MemoryIndex", database, create);
  severalServersContract("MemoryIndex", database, create);
}
