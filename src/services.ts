import { randomUUID } from "node:crypto";
import type { Logger } from "pino";
import { AwsError } from "../protocol/errors.ts";
import type { Config } from "./config.ts";
import { type ImageSource, RequestImageSource } from "./images/imageSource.ts";
import { S3Objects } from "./images/s3Objects.ts";
import type { Account } from "./operations/shared/arn.ts";
import { PageTokens } from "./operations/shared/pages.ts";
import type { ModelPack } from "./recognition/packs/pack.ts";
import { preparePack } from "./recognition/packs/prepare.ts";
import { type Recognizer, RecognizerBusyError } from "./recognition/recognizer.ts";
import { RecognizerPool } from "./recognition/recognizerPool.ts";
import { logModels } from "./server/logModels.ts";
import { type Collection, CollectionStore } from "./storage/collectionStore.ts";
import { openDatabase } from "./storage/database.ts";
import { FaceStore } from "./storage/faceStore.ts";
import { PgvectorIndex } from "./storage/pgvectorIndex.ts";
import { sharedSecret } from "./storage/secretStore.ts";
import { UserStore } from "./storage/userStore.ts";
import type { VectorIndex } from "./storage/vectorIndex.ts";
import { timeMethods } from "./telemetry/timeMethods.ts";
import { timeServices } from "./timedServices.ts";

/** The recognisers of this server, by the model pack that a collection was made with. */
export interface Packs {
  /** Makes new collections, and answers what concerns no collection. */
  readonly current: Recognizer;
  /** @throws AwsError InvalidParameterException when this server does not run the collection's pack. */
  of(collection: Collection): Recognizer;
}

/** What operations work with; each names what it needs of it. */
export interface Services {
  readonly account: Account;
  readonly clock: () => Date;
  readonly collections: CollectionStore;
  readonly faces: FaceStore;
  readonly images: ImageSource;
  /** A random UUID (version 4). */
  readonly newId: () => string;
  readonly packs: Packs;
  readonly pageTokens: PageTokens;
  readonly users: UserStore;
  readonly vectors: VectorIndex;
}

/** The services, and what the server needs to look after them. */
export interface RunningServices {
  readonly services: Services;
  /** What has to work for requests to be answered, by name; each throws when it does not. */
  readonly checks: Readonly<Record<string, () => Promise<void>>>;
  close(): Promise<void>;
}

/**
 * The composition root: opens the database, makes the models ready and wires everything.
 *
 * @param catalogue the model packs to choose from.
 * @throws DatabaseUnavailableError, FolderInUseError, ModelsMissingError, UnknownModelPackError
 */
export async function openServices(
  config: Config,
  catalogue: readonly ModelPack[],
  log: Logger,
): Promise<RunningServices> {
  const pack = catalogue.find(({ name }) => name === config.modelPack);
  if (pack === undefined) throw new UnknownModelPackError(config.modelPack, catalogue);
  const location =
    config.databaseUrl === undefined ? { folder: config.dataDir } : { url: config.databaseUrl };
  const closers: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const closeOne of closers.reverse()) await closeOne();
  };
  try {
    const database = await openDatabase(location, (error) =>
      log.warn({ err: error }, "database connection lost"),
    );
    closers.push(() => database.close());
    const prepared = await preparePack(pack, {
      modelsDir: config.modelsDir,
      mirrors: config.modelMirrors,
      report: logModels(log),
    });
    const recognizer = new RecognizerPool(prepared, {
      threads: config.workers,
      queueLimit: config.queueLimit,
      worker: new URL("./recognition/worker.js", import.meta.url),
      onThreadError: (error) => log.error({ err: error }, "recognition thread lost"),
    });
    closers.push(() => recognizer.close());
    await recognizer.check();
    return {
      services: timeServices({
        account: config,
        clock: () => new Date(),
        collections: new CollectionStore(database.sql),
        faces: new FaceStore(database.sql),
        images: new RequestImageSource(
          config.s3 &&
            timeMethods(new S3Objects(config.s3, (failure) => log.warn(failure, "S3 gave no image")), {
              read: "fetch",
            }),
        ),
        newId: randomUUID,
        packs: { current: recognizer, of: (collection) => requirePack(recognizer, collection) },
        pageTokens: new PageTokens(await sharedSecret(database.sql, "page-tokens")),
        users: new UserStore(database.sql),
        vectors: new PgvectorIndex(database.sql),
      }),
      checks: { database: () => database.ping(), models: () => checkModels(recognizer) },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A full queue says that the models have much to do, not that they do not run. */
async function checkModels(recognizer: Recognizer): Promise<void> {
  await recognizer.check().catch((error: unknown) => {
    if (!(error instanceof RecognizerBusyError)) throw error;
  });
}

/** Thrown when the configuration names a model pack that there is not. */
export class UnknownModelPackError extends Error {
  override readonly name = "UnknownModelPackError";

  constructor(name: string, catalogue: readonly ModelPack[]) {
    super(
      `CAMEO_MODEL_PACK: there is no model pack "${name}"; there are ${catalogue.map((pack) => pack.name).join(", ")}`,
    );
  }
}

function requirePack(recognizer: Recognizer, collection: Collection): Recognizer {
  if (collection.modelPack === recognizer.pack.name) return recognizer;
  throw new AwsError(
    "InvalidParameterException",
    `The collection was created with the model pack ${collection.modelPack}; this server runs ${recognizer.pack.name}`,
  );
}
