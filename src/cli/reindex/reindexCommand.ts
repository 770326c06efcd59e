import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import type { Logger } from "pino";
import { readConfig } from "../../boot/config.ts";
import { databaseLocation, openPack } from "../../boot/openServices.ts";
import { findPack } from "../../packs/findPack.ts";
import { createLog } from "../../server/log.ts";
import { CollectionStore } from "../../storage/collectionStore.ts";
import { openDatabase } from "../../storage/database.ts";
import { ReindexStore, UnstagedFacesError } from "../../storage/reindexStore.ts";
import {
  type Command,
  CommandAbortedError,
  exitCodes,
  onlyArgument,
  optional,
  required,
  wholeNumber,
} from "../command.ts";
import { openAlbum } from "../photos/openAlbum.ts";
import type { Photo } from "../photos/photo.ts";
import { Progress } from "../progress.ts";
import { Reindexer, type ReindexTools } from "./reindexer.ts";
import { type ReindexReport, reportLines } from "./report.ts";

const usage = `cameo reindex FOLDER|s3://BUCKET/PREFIX --collection X --to PACK [OPTIONS]

Moves a collection to another model pack. Its faces are looked for on the original photos, which may lie anywhere
in the folder, and embedded anew; FaceIds, users and ExternalImageIds stay. Searches go on with the old pack until
all faces are done; then the collection changes at once. May be stopped, or killed, and started again with the same
words: it goes on where it was. Further folders may be given one after another.

  --collection X     CollectionId
  --to PACK          the model pack, as CAMEO_MODEL_PACK names it
  --drop-missing     deletes the faces that cannot be embedded anew, those of users included, and changes the
                     collection nevertheless
  --concurrency N    photos at a time; twice CAMEO_WORKERS
  --report FILE      writes a report as JSON

It opens the database itself, with the settings of the service (DATABASE_URL or CAMEO_DATA_DIR, CAMEO_MODELS_DIR and
so on). Beside running servers it works on PostgreSQL; the embedded database has one user, so the service has to be
stopped for it.
`;

const options = {
  collection: { type: "string" },
  to: { type: "string" },
  "drop-missing": { type: "boolean", default: false },
  concurrency: { type: "string" },
  report: { type: "string" },
} as const;

/** `cameo reindex`: a collection to another model pack, from the original photos. */
export const reindexCommand: Command = {
  usage,
  run: async (args, { env, catalogue, stop }) => {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    const place = onlyArgument("folder or s3://bucket/prefix", positionals);
    const name = required("collection", values.collection);
    const target = findPack(required("to", values.to), catalogue.packs);
    const config = readConfig({ CAMEO_LOG_LEVEL: "warn", ...env, CAMEO_HOST: undefined });
    const lanes =
      optional(values.concurrency, (text) => wholeNumber("concurrency", text, 1, config.queueLimit)) ??
      Math.min(2 * config.workers, config.queueLimit);
    const album = await openAlbum(place, env);
    const log = createLog(config.logLevel);

    const database = await openDatabase(databaseLocation(config), (error) =>
      log.warn({ err: error }, "database connection lost"),
    );
    try {
      const collection = await new CollectionStore(database.sql).find(name);
      if (collection === undefined) throw new CommandAbortedError(`There is no collection ${name}.`);
      if (collection.modelPack === target.name) {
        console.log(`${name} is on ${target.name} already`);
        return exitCodes.done;
      }
      const recognizer = await openPack(target, config, log);
      try {
        const store = new ReindexStore(database.sql);
        const run = { store, collection, recognizer, lanes, stop, log };
        const report = await reindex(run, album.photos, values["drop-missing"]);
        for (const line of reportLines(report)) console.log(line);
        if (values.report !== undefined) await writeFile(values.report, JSON.stringify(report, null, 2));
        if (report.isSwitched) return exitCodes.done;
        return stop.aborted ? exitCodes.interrupted : exitCodes.incomplete;
      } finally {
        await recognizer.close();
      }
    } finally {
      await database.close();
    }
  },
};

/** Embeds what is to be embedded, and switches when that is all. */
async function reindex(
  { log, ...run }: Omit<ReindexTools, "onPhoto"> & { readonly log: Logger },
  photos: readonly Photo[],
  dropsUnstaged: boolean,
): Promise<ReindexReport> {
  const { store, collection, recognizer, stop } = run;
  const reindexer = await Reindexer.open({
    ...run,
    onPhoto: ({ path }) => {
      log.debug({ photo: path }, "looked at a photo");
      progress.step();
    },
  });
  const progress = new Progress({
    what: "photos",
    total: photos.length,
    doneBefore: 0,
    details: () => `${reindexer.stagedFaces} faces`,
  });
  try {
    await reindexer.stage(photos);
  } finally {
    progress.end();
  }
  const outcome = stop.aborted
    ? undefined
    : await store.switch(collection, recognizer.pack, dropsUnstaged).catch((error: unknown) => {
        if (error instanceof UnstagedFacesError) return undefined;
        throw error;
      });
  const { stagedFaces, photosFoundByName, unmatchedFaces, unreadablePhotos } = reindexer;
  return {
    collection: collection.name,
    from: collection.modelPack,
    to: recognizer.pack.name,
    isSwitched: outcome !== undefined,
    stagedFaces,
    droppedFaces: outcome?.droppedFaces ?? 0,
    photosFoundByName,
    missingImages: stop.aborted ? [] : reindexer.missingImages(),
    unmatchedFaces,
    unreadablePhotos,
  };
}
