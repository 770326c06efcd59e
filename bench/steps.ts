import { parseArgs } from "node:util";
import { packs } from "../models/packs.ts";
import { readConfig } from "../src/boot/config.ts";
import { preparePack } from "../src/packs/prepare.ts";
import { Analyzer } from "../src/recognition/analyze.ts";
import { type AnalyzedImage, analysisParts, maximumFaces } from "../src/recognition/contract.ts";
import { observeRuns } from "./load/netRuns.ts";
import { photoSets } from "./load/photoSets.ts";

const usage = `npm run bench:steps [-- OPTIONS]

What recognition costs, part by part, in one thread: milliseconds, the share of a photo's whole time, and the nets that
were run, by the size of their input. Absolute times are of this machine and of what else it does.

  --photos FOLDER    ../shared/photos/album_lfw/photos
  --pack NAME        model pack (default)
`;

const { values: options } = parseArgs({
  options: {
    photos: { type: "string", default: "../shared/photos/album_lfw/photos" },
    pack: { type: "string", default: "default" },
    help: { type: "boolean" },
  },
});

/** Photos of each set; the first pass over them is not measured. */
const photosMeasured = 16;

async function main(): Promise<void> {
  if (options.help) return console.log(usage);
  // Before a net is opened here: see threadPool.ts.
  process.env.ORT_DISABLE_TELEMETRY = "1";
  const pack = packs.find(({ name }) => name === options.pack);
  if (pack === undefined) throw new Error(`There is no model pack ${options.pack}`);
  const { modelsDir, modelMirrors: mirrors, acceptedLicences } = readConfig(process.env);
  const report = { progress: () => undefined, ready: () => undefined, warn: console.warn };
  const prepared = await preparePack(pack, { modelsDir, mirrors, acceptedLicences, report });
  const analyzer = await Analyzer.open({ ...prepared, settings: pack.recognition });
  for (const { name, photos } of await photoSets(options.photos)) {
    const measured = photos.slice(0, photosMeasured);
    await analyzeAll(analyzer, measured);
    const runs = new Map<string, number[]>();
    const images = await observeRuns(
      (_session, feeds) => {
        const input = Object.values(feeds)[0]?.dims.slice(1).join(" x ") ?? "";
        const start = performance.now();
        return () => {
          runs.set(input, [...(runs.get(input) ?? []), performance.now() - start]);
        };
      },
      () => analyzeAll(analyzer, measured),
    );
    print(name, images, runs);
  }
}

async function analyzeAll(analyzer: Analyzer, photos: readonly Uint8Array[]): Promise<AnalyzedImage[]> {
  const images: AnalyzedImage[] = [];
  for (const photo of photos) images.push(await analyzer.analyze(photo, { embedLargest: maximumFaces }));
  return images;
}

function print(
  set: string,
  images: readonly AnalyzedImage[],
  runs: ReadonlyMap<string, readonly number[]>,
): void {
  const faces = images.reduce((sum, image) => sum + image.faces.length, 0);
  const parts = analysisParts.map((part) => ({
    part,
    ms: images.reduce((sum, { timings }) => sum + timings[part], 0),
  }));
  const whole = parts.reduce((sum, { ms }) => sum + ms, 0);
  const row = (ms: number, times: number | "") => ({
    times,
    "ms a photo": (ms / images.length).toFixed(1),
    "ms a face": (ms / faces).toFixed(1),
    share: `${((100 * ms) / whole).toFixed(1)} %`,
  });
  const rows = [
    ...parts.map(({ part, ms }) => [part, row(ms, "")] as const),
    ...[...runs].map(
      ([input, times]) =>
        [
          `net, ${input}`,
          row(
            times.reduce((sum, ms) => sum + ms, 0),
            times.length,
          ),
        ] as const,
    ),
  ];
  console.log(`\n${set}: ${images.length} photos, ${faces} faces`);
  console.table(Object.fromEntries(rows));
}

await main();
