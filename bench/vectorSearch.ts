import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { sql } from "drizzle-orm";
import { type Collection, CollectionStore } from "../src/storage/collectionStore.ts";
import { openDatabase } from "../src/storage/database.ts";
import { CollectionCopy } from "../src/storage/memory/collectionCopy.ts";
import { MemoryIndex } from "../src/storage/memory/memoryIndex.ts";
import { VectorPages } from "../src/storage/memory/vectorPages.ts";
import { VectorReader } from "../src/storage/memory/vectorReader.ts";
import { PgvectorIndex } from "../src/storage/pgvectorIndex.ts";
import type { Database } from "../src/storage/sql.ts";
import type { VectorIndex } from "../src/storage/vectorIndex.ts";
import { lineChart } from "./support/chart.ts";
import { type Peer, peers } from "./support/vectorPeers.ts";

const usage = `npm run bench:search [-- OPTIONS]

Measures the search of a collection alone, by every vector index, and beside each, in the same run and with vectors
of the same kind, peers that compare the same number of them on one thread.

  --sizes N,N,…      faces in the collection, 1000,5000,25000,100000
  --database URL     PostgreSQL with pgvector, in which a collection is made and deleted; PGlite is measured anyway
  --pglite-up-to N   largest size for PGlite, 25000: its rows lie in this process's memory
  --peers-up-to N    largest size for the peers, which take four bytes a component, 100000
  --components N     of an embedding, 256; the default models make 384
  --rounds N         searches of each, 30; the median and the fastest are told
  --report FOLDER    report/search
`;

const { values: options } = parseArgs({
  options: {
    sizes: { type: "string", default: "1000,5000,25000,100000" },
    database: { type: "string" },
    "peers-up-to": { type: "string", default: "100000" },
    "pglite-up-to": { type: "string", default: "25000" },
    components: { type: "string", default: "256" },
    rounds: { type: "string", default: "30" },
    report: { type: "string", default: "report/search" },
    help: { type: "boolean" },
  },
});

const dimension = Number(options.components);
const limit = 50;
/** Some photos of an album are near enough; vectors of unrelated directions are not. */
const minimumCosine = 0.2;

/** Searches of one size by one engine; milliseconds. */
interface Measurement {
  readonly engine: string;
  readonly faces: number;
  readonly median: number;
  readonly fastest: number;
}

/** How an engine came to its vectors, and what they take. */
interface Note {
  readonly what: string;
  readonly faces: number;
  readonly value: string;
}

const measurements: Measurement[] = [];
const notes: Note[] = [];

async function main(): Promise<void> {
  if (options.help) return console.log(usage);
  const sizes = options.sizes.split(",").map(Number);
  const upTo = (most: string) => sizes.filter((faces) => faces <= Number(most));
  for (const peer of peers) {
    for (const faces of upTo(options["peers-up-to"])) await measurePeer(peer, faces);
  }
  const folder = await mkdtemp(path.join(tmpdir(), "cameo-bench-"));
  try {
    await measureDatabase("PGlite", { folder }, upTo(options["pglite-up-to"]));
  } finally {
    await rm(folder, { recursive: true });
  }
  if (options.database !== undefined) await measureDatabase("PostgreSQL", { url: options.database }, sizes);
  await report(sizes);
}

async function measurePeer({ name, search }: Peer, faces: number): Promise<void> {
  const times = await search(faces, dimension, Number(options.rounds));
  if (typeof times === "string") notes.push({ what: name, faces, value: `skipped: ${times}` });
  else add(name, faces, times);
}

async function measureDatabase(
  name: string,
  location: Parameters<typeof openDatabase>[0],
  sizes: readonly number[],
): Promise<void> {
  const database = await openDatabase(location, console.error);
  try {
    for (const faces of sizes) await measureCollection(name, database, faces);
  } finally {
    await database.close();
  }
}

async function measureCollection(name: string, database: Database, faces: number): Promise<void> {
  const collections = new CollectionStore(database.sql);
  const collection = await fillCollection(database, collections, faces);
  const memory = new MemoryIndex(database.sql, { memoryLimit: 2 ** 31, onError: console.error });
  try {
    await measureIndex(`pgvector in ${name}`, new PgvectorIndex(database.sql), collection);
    const bytes = await readCopy(name, database, collection);
    await memory.search(collection, { embedding: randomUnitVector(), minimumCosine, limit });
    while (memory.load().bytes < bytes) await sleep(20);
    notes.push({ what: "memory of a copy, bytes a face", faces, value: (bytes / faces).toFixed(0) });
    await measureIndex(`memory, over ${name}`, memory, collection);
  } finally {
    memory.close();
    await collections.delete(collection.name);
  }
}

/** Times the reading of a copy, as the index does it in the background; returns the copy's bytes. */
async function readCopy(name: string, database: Database, collection: Collection): Promise<number> {
  const copy = new CollectionCopy("faces", collection, {
    reader: new VectorReader(database.sql),
    memory: new VectorPages(),
    makeRoom: () => undefined,
  });
  const start = performance.now();
  await copy.catchUp(collection);
  const milliseconds = (performance.now() - start).toFixed(0);
  notes.push({ what: `reading a copy from ${name}, ms`, faces: collection.faceCount, value: milliseconds });
  return copy.bytes;
}

async function measureIndex(name: string, index: VectorIndex, collection: Collection): Promise<void> {
  const times: number[] = [];
  for (let round = -3; round < Number(options.rounds); round++) {
    const embedding = randomUnitVector();
    const start = performance.now();
    await index.search(collection, { embedding, minimumCosine, limit });
    if (round >= 0) times.push(performance.now() - start);
  }
  add(name, collection.faceCount, times);
}

/** A collection of faces with random embeddings, five to an image, made in the database itself. */
async function fillCollection(
  { sql: database }: Database,
  collections: CollectionStore,
  faces: number,
): Promise<Collection> {
  // What earlier collections left would count as this one's.
  await database.execute(sql`vacuum faces`);
  const name = `bench-${randomUUID()}`;
  await collections.create({
    name,
    modelPack: "bench",
    faceModelVersion: "1.0",
    createdAt: new Date(),
    tags: {},
  });
  const { id } = (await collections.find(name)) as Collection;
  const different = Math.min(faces, 10_000);
  await database.execute(sql`
    insert into faces (collection_id, face_id, image_id, external_image_id, "left", top, width, height, confidence, embedding, version)
    select ${id}::int, gen_random_uuid(), gen_random_uuid(), 'IMG_' || face || '.jpg', 0, 0, 0.1, 0.1, 99,
      (select l2_normalize(array_agg(random() - 0.5)::real[]::halfvec) from generate_series(1, ${dimension}::int) where face > 0),
      face / 5
    from generate_series(1, ${different}::int) as face`);
  // More of them take minutes to make; to a search it makes no difference that vectors come again.
  for (let begin = different; begin < faces; begin += different) {
    await database.execute(sql`
      insert into faces (collection_id, face_id, image_id, external_image_id, "left", top, width, height, confidence, embedding, version)
      select collection_id, gen_random_uuid(), gen_random_uuid(), external_image_id, "left", top, width, height, confidence, embedding, version + ${begin / 5}::int
      from faces where collection_id = ${id} and version <= ${different / 5} limit ${Math.min(different, faces - begin)}`);
  }
  await database.execute(
    sql`update collections set face_count = ${faces}, version = ${Math.ceil(faces / 5)} where id = ${id}`,
  );
  await database.execute(sql`vacuum analyze faces`);
  const size = await database
    .select({
      table: sql<number>`(pg_table_size('faces') / ${faces}::int)::int`,
      indexes: sql<number>`(pg_indexes_size('faces') / ${faces}::int)::int`,
    })
    .from(sql`(select 1) as one`);
  const [{ table, indexes } = { table: 0, indexes: 0 }] = size;
  notes.push({ what: "database, bytes a face", faces, value: `${table} and ${indexes} of indexes` });
  return (await collections.find(name)) as Collection;
}

function randomUnitVector(): Float32Array {
  const vector = Float32Array.from({ length: dimension }, () => Math.random() - 0.5);
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

function add(engine: string, faces: number, times: readonly number[]): void {
  const sorted = [...times].sort((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] as number;
  measurements.push({ engine, faces, median, fastest: sorted[0] as number });
  console.log(
    `${engine}, ${faces} faces: median ${median.toFixed(2)} ms, fastest ${sorted[0]?.toFixed(2)} ms`,
  );
}

/** Prints the table, and writes it with the chart. */
async function report(sizes: readonly number[]): Promise<void> {
  const engines = [...new Set(measurements.map(({ engine }) => engine))];
  const of = (engine: string, faces: number) =>
    measurements.find((one) => one.engine === engine && one.faces === faces);
  const rows = engines.map((engine) => {
    const cells = sizes.map((faces) => {
      const found = of(engine, faces);
      return found === undefined ? "" : `${found.median.toFixed(2)} (${found.fastest.toFixed(2)})`;
    });
    return `| ${[engine, ...cells].join(" | ")} |`;
  });
  const table = [
    `| median (fastest), ms | ${sizes.join(" | ")} |`,
    `|---|${sizes.map(() => "---:|").join("")}`,
    ...rows,
    "",
    "| | faces | |",
    "|---|---:|---|",
    ...notes.map(({ what, faces, value }) => `| ${what} | ${faces} | ${value} |`),
  ].join("\n");
  console.log(`\n${table}`);

  const slowest = Math.max(...measurements.map(({ fastest }) => fastest));
  const ticks = [0.01, 0.1, 1, 10, 100, 1000, 10_000];
  const chart = lineChart(
    {
      label: "faces in the collection",
      from: Math.min(...sizes),
      to: Math.max(...sizes),
      ticks: sizes,
      isLogarithmic: true,
    },
    {
      label: "fastest search, ms",
      from: 0.01,
      to: ticks.find((tick) => tick > slowest) ?? slowest,
      ticks: ticks.filter((tick) => tick < 10 * slowest),
      isLogarithmic: true,
    },
    engines.map((name) => ({
      name,
      points: sizes.flatMap((faces) => {
        const found = of(name, faces);
        return found === undefined ? [] : [[faces, found.fastest] as const];
      }),
    })),
  );
  await mkdir(options.report, { recursive: true });
  const machine = { cpu: cpus()[0]?.model, node: process.version };
  await writeFile(
    path.join(options.report, "search.json"),
    JSON.stringify({ machine, measurements, notes }, null, 2),
  );
  await writeFile(path.join(options.report, "search.md"), `${table}\n`);
  await writeFile(path.join(options.report, "search.svg"), chart);
  console.log(`\nwritten to ${options.report}`);
}

await main();
