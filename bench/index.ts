import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { RekognitionClient } from "@aws-sdk/client-rekognition";
import { packs } from "../models/packs.ts";
import { developmentCredential, readConfig } from "../src/boot/config.ts";
import { letHeapGrow } from "../src/boot/heap.ts";
import { preparePack } from "../src/packs/prepare.ts";
import { openDatabase } from "../src/storage/database.ts";
import { startServiceProcess } from "../test/support/serviceProcess.ts";
import { indexingChart, memoryChart, searchingChart } from "./load/charts.ts";
import { fillCollection } from "./load/fillCollection.ts";
import { type IndexingFigure, measureIndexing } from "./load/indexing.ts";
import { MemoryWatch } from "./load/memory.ts";
import { photoSets } from "./load/photoSets.ts";
import {
  measureSearching,
  measureUrgency,
  type SearchingFigure,
  type UrgencyFigure,
} from "./load/searching.ts";
import { newSelfies, oneSelfie, readSelfies } from "./load/selfies.ts";
import { type StepMeans, StepTotals } from "./load/steps.ts";

const usage = `npm run bench [-- OPTIONS]

Measures a service of its own by the real SDK. Indexing is compared with a bound that takes turns with it in the same
run: the same decodes and nets in a bare loop over as many threads.

  --photos FOLDER    ../shared/photos/album_lfw/photos
  --selfies FOLDER   ../shared/photos/album_lfw/selfies: a person each
  --database URL     PostgreSQL for the service, instead of PGlite
  --rounds N         turns of bound and service for each set of photos (3)
  --seconds N        length of each measurement of searching (10)
  --faces N          faces of the collection that is searched (25000)
  --only NAMES       indexing, searching, urgency: those only, comma separated
  --report FOLDER    where bench.json and the charts go (report/bench)
`;

const { values: options } = parseArgs({
  options: {
    photos: { type: "string", default: "../shared/photos/album_lfw/photos" },
    selfies: { type: "string", default: "../shared/photos/album_lfw/selfies" },
    database: { type: "string" },
    rounds: { type: "string", default: "3" },
    seconds: { type: "string", default: "10" },
    faces: { type: "string", default: "25000" },
    only: { type: "string", default: "indexing,searching,urgency" },
    report: { type: "string", default: "report/bench" },
    help: { type: "boolean" },
  },
});

const searchedCollection = "bench-searched";
const searcherCounts = [1, 50, 200] as const;
interface Report {
  readonly machine: { readonly processor: string; readonly cores: number; readonly node: string };
  readonly threads: number;
  /** Seconds from the start of the process to the first answer. */
  startTime?: number;
  readonly indexing: IndexingFigure[];
  /** Mean milliseconds of IndexFaces, at the concurrency that is compared with the bound, by set of photos. */
  readonly steps: Record<string, StepMeans>;
  readonly searching: SearchingFigure[];
  urgency?: UrgencyFigure;
  memory: MemoryWatch["samples"];
}

async function main(): Promise<void> {
  if (options.help) return console.log(usage);
  // As the service: the client's garbage is not what is measured, but is collected on the same cores.
  letHeapGrow();
  // Before a net is opened here: see threadPool.ts.
  process.env.ORT_DISABLE_TELEMETRY = "1";
  const wanted = new Set(options.only.split(","));
  const seconds = Number(options.seconds);
  const { workers: threads } = readConfig(process.env);
  const report: Report = {
    machine: { processor: cpus()[0]?.model ?? "", cores: cpus().length, node: process.version },
    threads,
    indexing: [],
    steps: {},
    searching: [],
    memory: [],
  };
  const prepared = await prepareDefault();
  const sets = await photoSets(options.photos);
  const album = sets[0]?.photos ?? [];
  const selfies = await readSelfies(options.selfies);
  const folder = await mkdtemp(path.join(tmpdir(), "cameo-bench-"));
  const location = options.database === undefined ? { folder } : { url: options.database };
  if (wanted.has("searching") || wanted.has("urgency")) {
    const database = await openDatabase(location, console.error);
    await fillCollection(database, searchedCollection, prepared.pack, Number(options.faces));
    await database.close();
  }
  const steps = new StepTotals();
  const start = performance.now();
  const service = await startServiceProcess({
    models: "trained",
    env: {
      CAMEO_DATA_DIR: folder,
      ...(options.database !== undefined && { DATABASE_URL: options.database }),
    },
    onLine: (line) => steps.read(line),
  });
  report.startTime = (performance.now() - start) / 1000;
  const client = new RekognitionClient({
    endpoint: service.endpoint,
    region: "us-east-1",
    credentials: developmentCredential,
    requestHandler: { httpAgent: { maxSockets: Math.max(...searcherCounts) } },
  });
  const memory = new MemoryWatch(service.pid);
  try {
    if (wanted.has("indexing")) {
      const models = { ...prepared, settings: prepared.pack.recognition };
      for (const set of sets) {
        steps.reset();
        report.indexing.push(
          ...(await measureIndexing(client, set, models, threads, Number(options.rounds))),
        );
        report.steps[set.name] = steps.means("IndexFaces");
      }
    }
    const unseen = newSelfies(selfies);
    if (wanted.has("searching")) {
      for (const [what, nextSelfie] of Object.entries({ remembered: oneSelfie(selfies), new: unseen })) {
        for (const clients of searcherCounts) {
          report.searching.push(
            await measureSearching(client, what, searchedCollection, nextSelfie, clients, seconds),
          );
        }
      }
    }
    if (wanted.has("urgency")) {
      report.urgency = await measureUrgency(client, searchedCollection, unseen, album, seconds);
    }
  } finally {
    memory.close();
    client.destroy();
    await service.stop();
    await rm(folder, { recursive: true, force: true });
  }
  report.memory = memory.samples;
  print(report);
  await write(report);
}

async function prepareDefault() {
  const { modelsDir, modelMirrors: mirrors } = readConfig(process.env);
  const [pack] = packs;
  if (pack === undefined) throw new Error("There is no model pack");
  return preparePack(pack, {
    modelsDir,
    mirrors,
    acceptedLicences: [],
    report: { progress: () => undefined, ready: () => undefined, warn: console.warn },
  });
}

function print({ machine, startTime, indexing, steps, searching, urgency, memory }: Report): void {
  console.log(`${machine.processor}, ${machine.cores} cores, Node.js ${machine.node}`);
  console.log(`start: ${startTime?.toFixed(1)} s`);
  if (indexing.length > 0) {
    console.log("\nIndexFaces; the bound took turns with it");
    console.table(
      indexing.map((figure) => ({
        photos: figure.photos,
        "at a time": figure.concurrency,
        "photos/s": figure.photosPerSecond.toFixed(1),
        "faces/s": figure.facesPerSecond.toFixed(1),
        "p50 ms": figure.p50.toFixed(0),
        "p95 ms": figure.p95.toFixed(0),
        "bound photos/s": figure.boundPerSecond?.toFixed(1) ?? "",
        "of the bound": figure.efficiency === undefined ? "" : `${(100 * figure.efficiency).toFixed(0)} %`,
      })),
    );
    console.log("\nIndexFaces, mean milliseconds of each step");
    console.table(
      Object.fromEntries(
        Object.entries(steps).map(([set, means]) => [
          set,
          Object.fromEntries(Object.entries(means).map(([step, ms]) => [step, Number(ms.toFixed(1))])),
        ]),
      ),
    );
  }
  const searches = [...searching, ...(urgency === undefined ? [] : [urgency.idle, urgency.underImport])];
  if (searches.length > 0) {
    console.log(`\nSearchFacesByImage, ${options.faces} faces, selfies of 1 megapixel`);
    console.table(
      searches.map((figure) => ({
        what: figure.what,
        clients: figure.clients,
        searches: figure.searches,
        "a second": figure.searchesPerSecond.toFixed(1),
        "p50 ms": figure.p50.toFixed(0),
        "p95 ms": figure.p95.toFixed(0),
        "p99 ms": figure.p99.toFixed(0),
        "throttled, then answered": figure.retried,
        failed: JSON.stringify(figure.failed),
      })),
    );
  }
  if (urgency !== undefined) {
    console.log(`p95 beside the import is ${urgency.ratio.toFixed(2)} times that of an idle service`);
  }
  const resident = memory.map((sample) => sample.resident);
  if (resident.length > 0) {
    console.log(
      `\nresident memory: ${Math.round(resident[0] ?? 0)} MiB at first, ${Math.round(Math.max(...resident))} at most`,
    );
  }
}

async function write(report: Report): Promise<void> {
  await mkdir(options.report, { recursive: true });
  const files = {
    "bench.json": `${JSON.stringify(report, undefined, 2)}\n`,
    ...(report.indexing.length > 0 && { "indexing.svg": indexingChart(report.indexing) }),
    ...(report.searching.length > 0 && {
      "searching.svg": searchingChart(report.searching.slice(-searcherCounts.length)),
    }),
    "memory.svg": memoryChart(report.memory),
  };
  for (const [name, content] of Object.entries(files)) {
    await writeFile(path.join(options.report, name), content);
  }
  console.log(`Written to ${options.report}: ${Object.keys(files).join(", ")}`);
}

await main();
