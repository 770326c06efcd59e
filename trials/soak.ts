import { mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import pg from "pg";
import { type MemorySample, MemoryWatch } from "../bench/load/memory.ts";
import { packageRoot } from "../src/system/packageRoot.ts";
import { startServiceProcess } from "../test/support/serviceProcess.ts";
import { clientOf, pause, portraitOf } from "./faults/load.ts";
import { type Footprint, filesWithImages, footprintOf } from "./soak/footprint.ts";
import { MixedLoad } from "./soak/mixedLoad.ts";

const usage = `npm run soak [-- OPTIONS]

Keeps a service saturated with all that clients do, and tells whether anything grows, fails or is left behind: error
rate, memory, open files and sockets, threads, images on the disk. Exits with 1 when something does. On Linux.

  --minutes N     how long; 60
  --photos N      instead, indexes N photos in one go, and tells of memory and bytes per face
  --programs N    clients at a time; 8
  --database URL  an empty PostgreSQL, instead of PGlite
  --people FOLDER JPEGs of a person each, in any depth, for the default models; not given: drawn faces
`;

const { values: options } = parseArgs({
  options: {
    minutes: { type: "string", default: "60" },
    photos: { type: "string" },
    programs: { type: "string", default: "8" },
    database: { type: "string" },
    people: { type: "string" },
    help: { type: "boolean" },
  },
});

/** Time of the load before anything is measured, in milliseconds: models, threads and pools are opened by then. */
const warmUp = 10_000;

/** Most failures beside throttles, as a ratio. */
const errorLimit = 0.001;

/** Most growth of memory, as a ratio. */
const growthLimit = 0.1;

/** Minutes after which memory has to have settled: garbage is collected by then, as often as it will be. */
const settledAfter = 5;

/** Descriptors of a kind, and threads, that may come late: the runtime starts some of its own when it needs them. */
const slack = 2;

/** Different photos. */
const portraitCount = 300;

/** Photos after which memory is first looked at, with `--photos`. */
const firstPhotos = 500;

async function main(): Promise<number> {
  if (options.help) {
    console.log(usage);
    return 0;
  }
  const begin = Date.now();
  const folder = await mkdtemp(path.join(tmpdir(), "cameo-soak-"));
  const temporary = path.join(folder, "tmp");
  await mkdir(temporary);
  const service = await startServiceProcess({
    models: options.people === undefined ? "drawn-faces" : "trained",
    env: {
      TMPDIR: temporary,
      CAMEO_DATA_DIR: path.join(folder, "data"),
      ...(options.people === undefined && { CAMEO_MODELS_DIR: path.join(folder, "models") }),
      ...(options.database !== undefined && { DATABASE_URL: options.database }),
    },
  });
  const client = clientOf(service.endpoint);
  const portraits = await portraitsOf(options.people);
  const programs = Number(options.programs);
  const faults: string[] = [];
  try {
    const warming = new MixedLoad(client, portraits);
    await warming.run(programs, performance.now() + warmUp);
    const before = await quietFootprint(service.pid);
    const watch = new MemoryWatch(service.pid);
    const load = new MixedLoad(client, portraits);
    const bytesBefore = await databaseBytes();
    let firstResident = Number.NaN;
    if (options.photos === undefined) {
      const duration = 60_000 * Number(options.minutes);
      await load.run(programs, performance.now() + duration);
      firstResident = medianOf(watch.samples.slice(0, Math.ceil(watch.samples.length / 10)));
    } else {
      await load.index(Number(options.photos), programs, (done) => {
        if (done === firstPhotos) firstResident = medianOf(watch.samples.slice(-10));
      });
    }
    const lastResident = medianOf(watch.samples.slice(-Math.max(3, Math.ceil(watch.samples.length / 10))));
    watch.close();
    const bytesAfter = await databaseBytes();
    const after = await quietFootprint(service.pid);

    const { answered, throttled, failed } = load.outcome;
    const failures = [...failed.values()].reduce((sum, count) => sum + count, 0);
    const errorRate = failures / Math.max(1, answered + failures);
    const growth = lastResident / firstResident - 1;
    const kinds = [...failed].map(([kind, count]) => `${kind} ${count}`).join(", ") || "none";
    console.log(`requests answered: ${answered}, throttled: ${throttled}, failed: ${kinds}`);
    console.log(`error rate beside throttles: ${(100 * errorRate).toFixed(3)} %`);
    console.log(
      `memory under load: first ${firstResident.toFixed(0)} MiB, last ${lastResident.toFixed(0)} MiB (${(100 * growth).toFixed(1)} %)`,
    );
    if (bytesBefore !== undefined && bytesAfter !== undefined && options.photos !== undefined) {
      console.log(`database: ${((bytesAfter - bytesBefore) / load.outcome.faces).toFixed(0)} bytes a face`);
    }
    console.log(`in tenths of the time, MiB: ${tenthsOf(watch.samples).join(" ")}`);
    console.log(`quiet before: ${formatFootprint(before)}`);
    console.log(`quiet after:  ${formatFootprint(after)}`);
    if (answered === 0) faults.push("nothing was answered");
    if (errorRate > errorLimit) faults.push("too many requests failed");
    const isLong = options.photos !== undefined || Number(options.minutes) >= settledAfter;
    if (isLong && growth > growthLimit) faults.push("memory grew");
    for (const [kind, count] of Object.entries(after.descriptors)) {
      if (count > (before.descriptors[kind] ?? 0) + slack)
        faults.push(`more descriptors of kind ${kind} are open`);
    }
    if (after.threads > before.threads + slack) faults.push("threads were left behind");
    // The database writes what it still has in memory.
    await service.stop();
    const images = await filesWithImages([folder, packageRoot], begin);
    console.log(`files written that hold an image: ${images.length}`);
    if (images.length > 0) faults.push(`images were written: ${images.join(", ")}`);
  } finally {
    client.destroy();
    await service.stop("SIGKILL");
    await rm(folder, { recursive: true, force: true });
  }
  for (const fault of faults) console.log(`FAILED: ${fault}`);
  return faults.length === 0 ? 0 : 1;
}

/** Different photos; of a folder of people, evenly spread over it. */
async function portraitsOf(folder: string | undefined): Promise<Uint8Array[]> {
  if (folder === undefined) {
    return Array.from({ length: portraitCount }, (_, number) => portraitOf(`soak ${number}`));
  }
  const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith(".jpg")).sort();
  if (files.length < portraitCount) throw new Error(`${folder} has fewer than ${portraitCount} JPEGs`);
  return Promise.all(
    Array.from({ length: portraitCount }, async (_, number) => {
      const file = files[Math.floor((number * files.length) / portraitCount)] as string;
      return new Uint8Array(await readFile(path.join(folder, file)));
    }),
  );
}

/** What the process holds when it has had nothing to do for a moment. */
async function quietFootprint(pid: number): Promise<Footprint> {
  await pause(3_000);
  return footprintOf(pid);
}

async function databaseBytes(): Promise<number | undefined> {
  if (options.database === undefined) return undefined;
  const database = new pg.Client({ connectionString: options.database });
  await database.connect();
  try {
    const { rows } = await database.query<{ bytes: string }>(
      "select sum(pg_total_relation_size(relid)) as bytes from pg_stat_user_tables",
    );
    return Number(rows[0]?.bytes);
  } finally {
    await database.end();
  }
}

function medianOf(samples: readonly MemorySample[]): number {
  const sorted = samples.map(({ resident }) => resident).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Whether memory settles, or goes on growing. */
function tenthsOf(samples: readonly MemorySample[]): string[] {
  const length = samples.length / 10;
  return Array.from({ length: 10 }, (_, tenth) => samples.slice(tenth * length, (tenth + 1) * length))
    .filter((part) => part.length > 0)
    .map((part) => medianOf(part).toFixed(0));
}

function formatFootprint({ resident, threads, descriptors }: Footprint): string {
  const open = Object.entries(descriptors).map(([kind, count]) => `${kind} ${count}`);
  return `${resident.toFixed(0)} MiB, ${threads} threads, descriptors: ${open.sort().join(", ")}`;
}

process.exitCode = await main();
