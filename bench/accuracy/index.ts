import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import { measureCost } from "./cost.ts";
import { FaceReader } from "./faceReader.ts";
import { measurePack, type PackReport } from "./measurePack.ts";
import { chooseMaterial, filesOf, type LabelledPhotos, type MadeOf, readLabelledPhotos } from "./photos.ts";
import { print, type Section, toMarkdown, underName } from "./report.ts";
import { sideBySide } from "./sideBySide.ts";

const usage = `npm run accuracy [-- OPTIONS]

Measures what a model pack recognises, on labelled photos: verification, album search, false matches by
Similarity, detection, quality. Writes report.md, report.json and pictures. Several packs are set side by
side, with what a photo and a face cost.

  --photos FOLDER    ../shared/photos: lfw, deepface, album_lfw, compreface, insightface, tbbt, inspireface
  --pairs FOLDER     another folder with pairs.csv (a,b,same,fold) or master.csv; may be repeated
  --album FOLDER     another folder with manifest.json, photos and selfies; may be repeated
  --pack NAME        default; may be repeated
  --out FOLDER       ./report
`;

const { values: options } = parseArgs({
  options: {
    photos: { type: "string", default: "../shared/photos" },
    pairs: { type: "string", multiple: true, default: [] },
    album: { type: "string", multiple: true, default: [] },
    pack: { type: "string", multiple: true, default: ["default"] },
    out: { type: "string", default: "./report" },
    help: { type: "boolean" },
  },
});

async function main(): Promise<void> {
  if (options.help) return console.log(usage);
  const labelled = await readLabelledPhotos(options);
  const packs = [...new Set(options.pack)];
  await write(
    packs.length > 1
      ? await compare(packs, labelled)
      : (await measure(packs, labelled)).flatMap(({ sections }) => sections),
  );
}

async function compare(packs: readonly string[], labelled: LabelledPhotos): Promise<Section[]> {
  // Before all else: the photos are new to the process, and no thread of another measurement is at work.
  const costs = await measureCost(packs, labelled);
  const reports = await measure(packs, labelled);
  return [
    sideBySide(
      reports.map(({ summary }) => summary),
      costs,
    ),
    ...reports.flatMap(({ summary, sections }) =>
      sections.map((section) => underName(summary.pack, section)),
    ),
  ];
}

/** Measures one pack after another; images are made by what the first sees. */
async function measure(packs: readonly string[], labelled: LabelledPhotos): Promise<PackReport[]> {
  const reports: PackReport[] = [];
  let material: MadeOf | undefined;
  for (const pack of packs) {
    const reader = await FaceReader.open(pack);
    try {
      await reader.readAll(filesOf(labelled));
      material ??= chooseMaterial(reader, labelled);
      reports.push(await measurePack(reader, labelled, material));
    } finally {
      await reader.close();
    }
  }
  return reports;
}

async function write(sections: readonly Section[]): Promise<void> {
  for (const section of sections) print(section);
  await mkdir(options.out, { recursive: true });
  const pictures = sections.flatMap((section) => section.pictures);
  await Promise.all([
    writeFile(path.join(options.out, "report.md"), toMarkdown("Accuracy", sections)),
    writeFile(
      path.join(options.out, "report.json"),
      JSON.stringify(
        sections.map(({ title, text, tables }) => ({ title, text, tables })),
        null,
        2,
      ),
    ),
    ...pictures.map(({ file, svg }) => writeFile(path.join(options.out, file), svg)),
  ]);
  console.log(`\nwrote ${path.join(options.out, "report.md")}`);
}

await main();
