import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import {
  CreateCollectionCommand,
  IndexFacesCommand,
  type RekognitionClient,
  SearchFacesByImageCommand,
} from "@aws-sdk/client-rekognition";
import { packs } from "../models/packs.ts";
import { type Config, readConfig } from "../src/config.ts";
import { maximumFaces } from "../src/recognition/analyze.ts";
import { preparePack } from "../src/recognition/packs/prepare.ts";
import { RecognizerPool } from "../src/recognition/recognizerPool.ts";
import { inParallel, openTarget } from "./support/target.ts";

const usage = `npm run bench [-- OPTIONS]

Measures the service by the real SDK, and beside it, in the same run, the bound: the same recognition threads fed
with the same photos in a bare loop, without HTTP, signatures and database.

  --photos FOLDER    ../shared/photos/album_lfw/photos
  --database URL     PostgreSQL for the service, instead of PGlite
`;

const { values: options } = parseArgs({
  options: {
    photos: { type: "string", default: "../shared/photos/album_lfw/photos" },
    database: { type: "string" },
    help: { type: "boolean" },
  },
});

/** What one measurement tells. */
interface Measurement {
  readonly what: string;
  readonly count: number;
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p95: number;
}

const concurrencies = [1, 8] as const;
const searches = 100;

async function main(): Promise<void> {
  if (options.help) return console.log(usage);
  const files = (await readdir(options.photos)).sort().map((file) => path.join(options.photos, file));
  const photos = await Promise.all(files.map(async (file) => new Uint8Array(await readFile(file))));
  const rows: Measurement[] = [];

  const config = readConfig(process.env);
  const { client, close } = await openTarget(undefined, options.database);
  try {
    for (const concurrency of concurrencies) rows.push(await indexing(client, photos, concurrency));
    for (const concurrency of concurrencies) rows.push(await searching(client, photos, concurrency));
  } finally {
    await close();
  }
  const bound = await boundOf(photos, config);
  rows.push(bound);

  console.table(
    Object.fromEntries(
      rows.map(({ what, count, perSecond, p50, p95 }) => [
        what,
        { count, "per second": perSecond.toFixed(1), "p50 ms": p50.toFixed(1), "p95 ms": p95.toFixed(1) },
      ]),
    ),
  );
  const fastest = Math.max(
    ...rows.filter(({ what }) => what.startsWith("IndexFaces")).map((row) => row.perSecond),
  );
  console.log(`IndexFaces reaches ${((100 * fastest) / bound.perSecond).toFixed(0)} % of the bound`);
}

async function indexing(client: RekognitionClient, photos: readonly Uint8Array[], concurrency: number) {
  const CollectionId = `bench-${concurrency}`;
  await client.send(new CreateCollectionCommand({ CollectionId }));
  return measure(`IndexFaces, ${concurrency} at a time`, photos, concurrency, async (Bytes) =>
    client.send(new IndexFacesCommand({ CollectionId, Image: { Bytes } })),
  );
}

async function searching(client: RekognitionClient, photos: readonly Uint8Array[], concurrency: number) {
  const CollectionId = `bench-${concurrencies[0]}`;
  const queries = Array.from({ length: searches }, (_, index) => photos[index % photos.length] as Uint8Array);
  return measure(`SearchFacesByImage, ${concurrency} at a time`, queries, concurrency, async (Bytes) =>
    client.send(new SearchFacesByImageCommand({ CollectionId, Image: { Bytes }, MaxFaces: 100 })),
  );
}

async function boundOf(
  photos: readonly Uint8Array[],
  { modelsDir, modelMirrors, workers: threads }: Config,
): Promise<Measurement> {
  const report = { progress: () => undefined, ready: () => undefined, warn: console.warn };
  const [pack] = packs;
  if (pack === undefined) throw new Error("There is no model pack");
  const prepared = await preparePack(pack, { modelsDir, mirrors: modelMirrors, report });
  const pool = new RecognizerPool(prepared, {
    threads,
    queueLimit: photos.length,
    worker: new URL("../src/recognition/worker.js", import.meta.url),
    onThreadError: console.error,
  });
  await pool.check();
  try {
    return await measure("bound: recognition alone", photos, 2 * threads, (bytes) =>
      // A copy, because the pool hands the bytes over to its threads.
      pool.analyze(bytes.slice(), { embedLargest: maximumFaces, urgency: "bulk" }),
    );
  } finally {
    await pool.close();
  }
}

async function measure<Item>(
  what: string,
  items: readonly Item[],
  concurrency: number,
  work: (item: Item) => Promise<unknown>,
): Promise<Measurement> {
  const start = performance.now();
  const times = await inParallel(items, concurrency, async (item) => {
    const begin = performance.now();
    await work(item);
    return performance.now() - begin;
  });
  const seconds = (performance.now() - start) / 1000;
  times.sort((a, b) => a - b);
  const quantile = (share: number) =>
    times[Math.min(times.length - 1, Math.floor(share * times.length))] ?? 0;
  return {
    what,
    count: items.length,
    perSecond: items.length / seconds,
    p50: quantile(0.5),
    p95: quantile(0.95),
  };
}

await main();
