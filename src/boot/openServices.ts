import { randomUUID } from "node:crypto";
import type { Logger } from "pino";
import { modelPackUnavailable } from "../../protocol/errors.ts";
import { type Chore, Housekeeper } from "../housekeeping/housekeeper.ts";
import { applyRetention } from "../housekeeping/retention.ts";
import { type ImageSource, RequestImageSource } from "../images/imageSource.ts";
import { S3Objects } from "../images/s3Objects.ts";
import type { Services } from "../operations/services.ts";
import { PageTokens } from "../operations/shared/pages.ts";
import { choosePack, type ModelCatalogue, type PackChoice } from "../packs/choosePack.ts";
import { findPack, UnknownModelPackError } from "../packs/findPack.ts";
import type { ModelPack } from "../packs/pack.ts";
import { isAtHand, type PackSource, preparePack, tellTried } from "../packs/prepare.ts";
import { type Recognizer, RecognizerBusyError } from "../recognition/contract.ts";
import { LazyRecognizer } from "../recognition/pool/lazyRecognizer.ts";
import { RecognizerPool } from "../recognition/pool/recognizerPool.ts";
import { SearchedImageCache } from "../recognition/pool/searchedImageCache.ts";
import type { AuditLog } from "../server/auditLog.ts";
import { logModels } from "../server/logModels.ts";
import type { ReadinessCheck, ReadinessFacts } from "../server/readiness.ts";
import { CollectionStore } from "../storage/collectionStore.ts";
import { type DatabaseLocation, openDatabase } from "../storage/database.ts";
import { clearAfterRemovals } from "../storage/erasure.ts";
import { FaceStore } from "../storage/faceStore.ts";
import { MemoryIndex } from "../storage/memory/memoryIndex.ts";
import { PgvectorIndex } from "../storage/pgvectorIndex.ts";
import { RetentionStore } from "../storage/retentionStore.ts";
import { sharedSecret } from "../storage/secretStore.ts";
import type { Database, Sql } from "../storage/sql.ts";
import { UserStore } from "../storage/userStore.ts";
import type { VectorIndex } from "../storage/vectorIndex.ts";
import type { MetricSources } from "../telemetry/metrics.ts";
import { timeMethods } from "../telemetry/timeMethods.ts";
import { Closers } from "./closers.ts";
import type { Config } from "./config.ts";
import { timeServices } from "./timedServices.ts";

/** The services, and what the server needs to look after them. */
export interface RunningServices {
  readonly services: Services;
  /** What has to work for requests to be answered. */
  readonly checks: Readonly<Record<"database" | "models", ReadinessCheck>>;
  /** What readiness tells beside the checks. */
  readonly facts: ReadinessFacts;
  /** What the metrics tell of the services. */
  readonly sources: Pick<
    MetricSources,
    "modelPack" | "recognition" | "databaseConnections" | "totals" | "vectorIndex"
  >;
  close(): Promise<void>;
}

/** Threads of packs that are not the current one end after so long without an image, in milliseconds. */
const idleTimeout = 60_000;

/**
 * The composition root: opens the database, makes the models ready and wires everything.
 *
 * @param catalogue the model packs to choose from.
 * @param onWaiting hears why the database cannot be opened yet.
 * @param audit hears of the faces that retention deletes.
 * @throws DatabaseUnavailableError, FolderInUseError, LicenceNotAcceptedError, ModelsMissingError,
 * UnknownModelPackError
 */
export async function openServices(
  config: Config,
  catalogue: ModelCatalogue,
  log: Logger,
  onWaiting: (error: Error) => void,
  audit: AuditLog | undefined,
): Promise<RunningServices> {
  // A name that there is not is told before anything is waited for.
  if (config.modelPack !== undefined) findPack(config.modelPack, catalogue.packs);
  const closers: PartClosers = new Closers(endingParts);
  try {
    const database = await openConfiguredDatabase(config, log, onWaiting);
    closers.add("database", () => database.close());
    const collections = new CollectionStore(database.sql);
    const { pack, opened: current, notice } = await openCurrentPack(config, catalogue, collections, log);
    const others = catalogue.packs
      .filter((other) => other !== pack)
      .map((other) => new LazyRecognizer(other, () => openPack(other, config, log, { idleTimeout })));
    const recognizers = [current, ...others];
    for (const recognizer of recognizers) closers.add("recognition", () => recognizer.close());
    const vectors = openVectorIndex(config, database.sql, log, closers);
    const pageTokens = new PageTokens(await sharedSecret(database.sql, "page-tokens"));
    const housekeeper = startHousekeeping({ config, database, collections, log, audit });
    closers.add("chores", () => housekeeper.close());
    return {
      services: timeServices({
        account: config,
        clock: () => new Date(),
        collections,
        faces: new FaceStore(database.sql),
        images: openImageSource(config, log),
        newId: randomUUID,
        packs: {
          current,
          of: ({ modelPack }) => recognizerOf(modelPack, recognizers),
          madeCollection: warnOnce(log, pack, notice),
        },
        pageTokens,
        users: new UserStore(database.sql),
        vectors,
      }),
      checks: { database: () => database.ping(), models: () => checkModels(current) },
      facts: { modelPack: pack.name, ...(notice !== undefined && { notice }) },
      sources: {
        modelPack: { ...pack, isFallback: notice !== undefined },
        recognition: () => recognizers.map((one) => ({ pack: one.pack.name, load: one.load() })),
        databaseConnections: () => database.load(),
        totals: () => collections.totals(),
        vectorIndex: vectors instanceof MemoryIndex ? () => vectors.load() : undefined,
      },
      close: () => closers.close(),
    };
  } catch (error) {
    await closers.close().catch((failure: unknown) => log.error({ err: failure }, "did not end well"));
    throw error;
  }
}

/** In the order in which they end: what works by itself, what answers requests, what both need. */
const endingParts = ["chores", "index", "recognition", "database"] as const;

type PartClosers = Closers<(typeof endingParts)[number]>;

function openConfiguredDatabase(
  config: Config,
  log: Logger,
  onWaiting: (error: Error) => void,
): Promise<Database> {
  return openDatabase(
    databaseLocation(config),
    (error) => log.warn({ err: error }, "database connection lost"),
    {
      wait: 1000 * config.databaseWait,
      onWaiting: (error) => {
        log.warn(`waiting for the database: ${error.message}`);
        onWaiting(error);
      },
      queryTimeout: 1000 * config.databaseTimeout,
    },
  );
}

/** Images come with requests, and from S3 where that is set up. */
function openImageSource({ s3 }: Config, log: Logger): ImageSource {
  const objects = s3 && new S3Objects(s3, (failure) => log.warn(failure, "S3 gave no image"));
  return new RequestImageSource(objects && timeMethods(objects, { read: "fetch" }));
}

/** Where the configured database is. */
export function databaseLocation({ databaseUrl, dataDir }: Config): DatabaseLocation {
  return databaseUrl === undefined ? { folder: dataDir } : { url: databaseUrl };
}

interface HousekeepingParts {
  readonly config: Config;
  readonly database: Database;
  readonly collections: CollectionStore;
  readonly log: Logger;
  readonly audit: AuditLog | undefined;
}

/** Deletes what was kept for long enough, and clears from the database's files what was deleted. */
function startHousekeeping({ config, database, collections, log, audit }: HousekeepingParts): Housekeeper {
  const retention = new RetentionStore(database.sql);
  const chores: readonly Chore[] = [
    () =>
      applyRetention({
        collections,
        retention,
        defaultDays: config.retentionDays,
        onDeleted: ({ name }, faces) => {
          log.info({ faces: { deleted: faces } }, "retention deleted faces");
          audit?.record({
            operation: "Retention",
            collectionId: name,
            outcome: "ok",
            faces: { deleted: faces },
          });
        },
      }),
    () => clearAfterRemovals(database),
  ];
  return new Housekeeper(chores, 1000 * config.housekeepingInterval, (error) =>
    log.warn({ err: error }, "housekeeping failed, and will be tried again"),
  );
}

function openVectorIndex(
  { vectorIndex, indexMemory }: Config,
  sql: Sql,
  log: Logger,
  closers: PartClosers,
): VectorIndex {
  if (vectorIndex === "pgvector") return new PgvectorIndex(sql);
  const index = new MemoryIndex(sql, {
    memoryLimit: indexMemory * 2 ** 20,
    onError: (error) => log.warn({ err: error }, "copies of collections could not be read or looked after"),
  });
  closers.add("index", () => index.close());
  return index;
}

/**
 * Takes the pack of new collections and opens it; warns where it is a weaker one that nobody asked for.
 *
 * @throws LicenceNotAcceptedError, ModelsMissingError
 */
async function openCurrentPack(
  config: Config,
  catalogue: ModelCatalogue,
  collections: CollectionStore,
  log: Logger,
): Promise<PackChoice<Recognizer>> {
  const { modelPack: named } = config;
  const kept =
    named === undefined
      ? await collections.newestModelPack(catalogue.packs.map(({ name }) => name))
      : undefined;
  if (kept !== undefined) {
    log.info({ modelPack: kept }, `keeping to the model pack ${kept}, which made the newest collection`);
  }
  // Each pack is looked for twice; a mirror that hangs costs its few seconds once.
  const unanswering = new Set<string>();
  const choice = await choosePack(
    { catalogue, named, kept },
    {
      // Whoever opens it tells of its files.
      isAtHand: (pack) => {
        const { report, ...source } = packSource(config, log, unanswering);
        return isAtHand(pack, { ...source, report: { ...report, ready: ignore, warn: ignore } });
      },
      open: (pack) => openPack(pack, config, log, { unanswering }),
    },
  );
  const { pack, notice, lacking } = choice;
  if (notice !== undefined) {
    const tried = lacking.flatMap(({ missing }) => tellTried(missing));
    log.warn({ modelPack: pack.name, ...(tried.length > 0 && { tried }) }, notice);
  }
  return choice;
}

const ignore = () => undefined;

/** Warns when the first collection is made with a pack of which there is something to know. */
function warnOnce(log: Logger, pack: ModelPack, notice: string | undefined): () => void {
  let isDue = notice !== undefined;
  return () => {
    if (isDue) log.warn({ modelPack: pack.name }, `a collection was made: ${notice}`);
    isDue = false;
  };
}

function packSource(config: Config, log: Logger, unanswering = new Set<string>()): PackSource {
  return {
    unanswering,
    modelsDir: config.modelsDir,
    mirrors: config.modelMirrors,
    acceptedLicences: config.acceptedLicences,
    report: logModels(log),
  };
}

/** How a pack is opened. */
interface PackOpening {
  /** See `PoolSettings`. */
  readonly idleTimeout?: number;
  /** See `ModelPlaces`. */
  readonly unanswering?: Set<string>;
}

/**
 * Makes a pack's models ready and starts the threads that run them.
 *
 * @throws LicenceNotAcceptedError, ModelsMissingError
 */
export async function openPack(
  pack: ModelPack,
  config: Config,
  log: Logger,
  { idleTimeout, unanswering }: PackOpening = {},
): Promise<Recognizer> {
  log.info({ modelPack: pack.name }, `opening the model pack ${pack.name}`);
  if (pack.unmeasured !== undefined) {
    log.warn({ modelPack: pack.name }, `the model pack ${pack.name} was never measured: ${pack.unmeasured}`);
  }
  const prepared = await preparePack(pack, packSource(config, log, unanswering));
  const recognizer = new RecognizerPool(prepared, {
    threads: config.workers,
    ...(idleTimeout !== undefined && { idleTimeout }),
    queueLimit: config.queueLimit,
    worker: new URL("../recognition/pool/worker.js", import.meta.url),
    onThreadError: (error) => log.error({ err: error }, "recognition thread lost"),
  });
  try {
    await recognizer.check();
  } catch (error) {
    await recognizer.close();
    throw error;
  }
  const { searchCacheSeconds } = config;
  return searchCacheSeconds === 0
    ? recognizer
    : new SearchedImageCache(recognizer, 1000 * searchCacheSeconds);
}

/** Threads that all work, or a full queue, say that the models have much to do, not that they do not run. */
async function checkModels(recognizer: Recognizer): Promise<void> {
  const { busy, threads } = recognizer.load().interactive;
  if (threads > 0 && busy === threads) return;
  await recognizer.check().catch((error: unknown) => {
    if (!(error instanceof RecognizerBusyError)) throw error;
  });
}

function recognizerOf(name: string, recognizers: readonly Recognizer[]): Recognizer {
  const found = recognizers.find(({ pack }) => pack.name === name);
  if (found !== undefined) return found;
  const cause = new UnknownModelPackError(
    name,
    recognizers.map(({ pack }) => pack),
  );
  throw modelPackUnavailable(name, cause);
}
