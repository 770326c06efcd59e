import { parseArgs } from "node:util";
import { readConfig } from "../boot/config.ts";
import { databaseLocation } from "../boot/openServices.ts";
import { openDatabase } from "../storage/database.ts";
import { dropWriteAheadLog, rewriteTables } from "../storage/erasure.ts";
import { type Command, exitCodes } from "./command.ts";

const usage = `cameo erase

Writes the tables of the database anew (VACUUM FULL), so that nothing of what was deleted is left in their files, and
ends the files of its write-ahead log. Requests wait meanwhile. The database is the one that DATABASE_URL names.
`;

/** `cameo erase`: clears deleted rows from the database's files. */
export const eraseCommand: Command = {
  usage,
  run: async (args, { env }) => {
    parseArgs({ args: [...args], options: {} });
    // Whether the service may be reached from elsewhere is not this command's matter.
    const config = readConfig({ ...env, CAMEO_HOST: undefined });
    const database = await openDatabase(databaseLocation(config), (error) => console.error(error.message));
    try {
      const start = performance.now();
      await rewriteTables(database.sql);
      console.log(`Tables written anew in ${((performance.now() - start) / 1000).toFixed(1)} s.`);
      await dropWriteAheadLog(database.sql);
      console.log(
        "The write-ahead log goes on in a new file; old ones are removed as the server is set up to.",
      );
      return exitCodes.done;
    } catch (error) {
      const reason = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      console.error(`Not done: ${reason instanceof Error ? reason.message : String(reason)}`);
      return exitCodes.incomplete;
    } finally {
      await database.close();
    }
  },
};
