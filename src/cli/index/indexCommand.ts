import { writeFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import {
  CreateCollectionCommand,
  DescribeCollectionCommand,
  type RekognitionClient,
  ResourceAlreadyExistsException,
  ResourceNotFoundException,
} from "@aws-sdk/client-rekognition";
import { maximumFaces } from "../../recognition/contract.ts";
import {
  type Command,
  CommandAbortedError,
  exitCodes,
  oneOf,
  onlyArgument,
  optional,
  required,
  wholeNumber,
} from "../command.ts";
import { inLanes } from "../lanes.ts";
import { countByExternalId, externalIdForms } from "../photos/externalImageId.ts";
import { openAlbum } from "../photos/openAlbum.ts";
import type { Album } from "../photos/photo.ts";
import { Progress } from "../progress.ts";
import { reasonOf } from "../reason.ts";
import { Journal } from "./journal.ts";
import { isRefused, type Outcome } from "./outcome.ts";
import { isPassing, Patience } from "./patience.ts";
import { type IndexSettings, PhotoIndexer } from "./photoIndexer.ts";
import { reportLines, reportOf } from "./report.ts";
import { openClient } from "./serviceClient.ts";

const qualityFilters = ["NONE", "LOW", "AUTO", "MEDIUM", "HIGH"] as const;

const usage = `cameo index FOLDER|s3://BUCKET/PREFIX --collection X [OPTIONS]

Indexes the JPEG and PNG files of a folder or a bucket, folders in it included, into a collection of a running
service. May be stopped, or killed, and started again with the same words: it goes on where it was.

  --collection X        CollectionId
  --create              creates the collection where there is none
  --external-id FORM    ExternalImageId of a photo: its file name (name, the default), or its path in the folder
                        with colons for slashes (path)
  --quality-filter F    ${qualityFilters.join(", ")}; not given: the service's default
  --max-faces N         most faces of a photo
  --no-shrink           refuses photos over 5 MB instead of sending a smaller picture of them
  --concurrency N       photos at a time, 8
  --state FILE          what is done; cameo-index-X.jsonl
  --retry               sends those again that were refused before
  --report FILE         writes a report as JSON
  --patience SECONDS    gives up after so long without any success, 600
  --endpoint URL        the service; not given: AWS_ENDPOINT_URL_REKOGNITION, AWS_ENDPOINT_URL or this machine
  --region NAME         AWS_REGION, AWS_DEFAULT_REGION or us-east-1

Keys come from where AWS's tools have them: AWS_ACCESS_KEY_ID, AWS_PROFILE and so on. Buckets are read with the
CAMEO_S3_ settings when those are set, and else as AWS's tools do.
`;

const options = {
  collection: { type: "string" },
  create: { type: "boolean", default: false },
  "external-id": { type: "string", default: "name" },
  "quality-filter": { type: "string" },
  "max-faces": { type: "string" },
  "no-shrink": { type: "boolean", default: false },
  concurrency: { type: "string", default: "8" },
  state: { type: "string" },
  retry: { type: "boolean", default: false },
  report: { type: "string" },
  patience: { type: "string", default: "600" },
  endpoint: { type: "string" },
  region: { type: "string" },
} as const;

/** `cameo index`: an album into a collection, through the public API. */
export const indexCommand: Command = {
  usage,
  run: async (args, { env, stop }) => {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    const place = onlyArgument("folder or s3://bucket/prefix", positionals);
    const collection = required("collection", values.collection);
    const settings: IndexSettings = {
      collection,
      externalId: oneOf("external-id", values["external-id"], externalIdForms),
      qualityFilter: optional(values["quality-filter"], (text) =>
        oneOf("quality-filter", text, qualityFilters),
      ),
      maxFaces: optional(values["max-faces"], (text) => wholeNumber("max-faces", text, 1, maximumFaces)),
      mayShrink: !values["no-shrink"],
    };
    const concurrency = wholeNumber("concurrency", values.concurrency, 1, 1000);
    const patience = wholeNumber("patience", values.patience, 0, 1_000_000);

    const album = await openAlbum(place, env);
    warnOfEqualIds(album, settings);
    const client = openClient(values, env);
    const createdAt = await creationOf(client, collection, values.create);
    const journal = await Journal.open<Outcome>(values.state ?? `cameo-index-${collection}.jsonl`, {
      ...settings,
      createdAt,
      album: place.startsWith("s3://") ? place : path.resolve(place),
    });
    try {
      const outcomes = outcomesOf(album, journal.entries, values.retry);
      const run = { client, settings, album, journal, outcomes, concurrency, patience };
      await indexAlbum(run, stop).finally(async () => {
        const report = reportOf(
          { collection, album: place, photos: album.photos.length, otherFiles: album.leftOut },
          album.photos.flatMap(({ path }) => outcomes.get(path) ?? []),
        );
        for (const line of reportLines(report)) console.log(line);
        if (values.report !== undefined) await writeFile(values.report, JSON.stringify(report, null, 2));
      });
      if (outcomes.size < album.photos.length) return exitCodes.interrupted;
      return [...outcomes.values()].some(isRefused) ? exitCodes.incomplete : exitCodes.done;
    } finally {
      await journal.close();
    }
  },
};

/** What a run works with. */
interface Run {
  readonly client: RekognitionClient;
  readonly settings: IndexSettings;
  readonly album: Album;
  readonly journal: Journal<Outcome>;
  /** By path: what is done; the run adds to them. */
  readonly outcomes: Map<string, Outcome>;
  readonly concurrency: number;
  /** In seconds. */
  readonly patience: number;
}

/** Indexes what is not done yet. @throws what concerns all photos */
async function indexAlbum(
  { client, settings, album, journal, outcomes, concurrency, patience: seconds }: Run,
  stop: AbortSignal,
): Promise<void> {
  const count = { faces: 0, refused: 0 };
  const add = (outcome: Outcome) => {
    if (isRefused(outcome)) count.refused++;
    else count.faces += outcome.faces;
  };
  for (const outcome of outcomes.values()) add(outcome);
  const progress = new Progress({
    what: "photos",
    total: album.photos.length,
    doneBefore: outcomes.size,
    details: () => `${count.faces} faces, ${count.refused} refused`,
  });
  const patience = new Patience({
    limit: 1000 * seconds,
    firstPause: 500,
    longestPause: 15_000,
    onWait: (error) => progress.note(`waiting: ${reasonOf(error)}`),
  });
  const indexer = new PhotoIndexer(client, patience, settings);
  const pending = album.photos.filter(({ path }) => !outcomes.has(path));
  try {
    await inLanes(pending, concurrency, stop, async (photo) => {
      const outcome = await indexer.index(photo, stop);
      await journal.append(outcome);
      outcomes.set(photo.path, outcome);
      add(outcome);
      progress.step();
    });
  } catch (error) {
    // Waiting was ended by Ctrl-C: those photos are simply not done.
    if (!stop.aborted) throw error;
  } finally {
    progress.end();
  }
}

/** What earlier runs have done with photos that are still the same; not the refused ones where they are retried. */
function outcomesOf(album: Album, entries: readonly Outcome[], retry: boolean): Map<string, Outcome> {
  const stamps = new Map(album.photos.map(({ path, stamp }) => [path, stamp]));
  const valid = entries.filter(({ path, stamp }) => stamps.get(path) === stamp);
  const latest = new Map(valid.map((outcome) => [outcome.path, outcome]));
  return new Map([...latest].filter(([, outcome]) => !(retry && isRefused(outcome))));
}

/**
 * When the collection was created: it tells a collection from a later one of the same name.
 *
 * @throws CommandAbortedError when the service is not reached, or has no such collection and may not create it.
 */
async function creationOf(
  client: RekognitionClient,
  CollectionId: string,
  mayCreate: boolean,
): Promise<string> {
  try {
    if (mayCreate) {
      await client.send(new CreateCollectionCommand({ CollectionId })).catch((error: unknown) => {
        if (!(error instanceof ResourceAlreadyExistsException)) throw error;
      });
    }
    const { CreationTimestamp } = await client.send(new DescribeCollectionCommand({ CollectionId }));
    return CreationTimestamp?.toISOString() ?? "";
  } catch (error) {
    if (error instanceof ResourceNotFoundException) {
      throw new CommandAbortedError(`There is no collection ${CollectionId}; --create creates it.`);
    }
    if (isPassing(error)) {
      throw new CommandAbortedError(
        `The service does not answer (${reasonOf(error)}). Is it running, and at --endpoint?`,
      );
    }
    throw new CommandAbortedError(`The service refuses: ${reasonOf(error)}`);
  }
}

function warnOfEqualIds({ photos }: Album, { externalId }: IndexSettings): void {
  const shared = [...countByExternalId(photos, externalId).values()].filter((count) => count > 1);
  const count = shared.reduce((sum, one) => sum + one, 0);
  if (count === 0) return;
  console.error(
    `${count} photos share their ExternalImageId with another${externalId === "name" ? ": --external-id path tells those of different folders apart" : ""}`,
  );
}
