import path from "node:path";
import { type AlbumSummary, searchAlbum } from "./album.ts";
import { calibrate, type RateSummary } from "./calibration.ts";
import { type DetectionSummary, detect } from "./detection.ts";
import type { FaceReader } from "./faceReader.ts";
import { filesOfSet, type LabelledPhotos, type MadeOf, photosOf, samePairs } from "./photos.ts";
import { type FilterSummary, measureFilters } from "./quality.ts";
import type { Section } from "./report.ts";
import { rocPicture } from "./thresholds.ts";
import { type VerificationSummary, verify } from "./verification.ts";

/** The figures that packs are compared by. */
export interface PackSummary {
  readonly pack: string;
  readonly rates: RateSummary;
  readonly verifications: readonly (VerificationSummary & { readonly name: string })[];
  readonly albums: readonly (AlbumSummary & { readonly name: string })[];
  readonly detection: DetectionSummary;
  readonly filters: FilterSummary;
}

/** What was measured of a pack. */
export interface PackReport {
  readonly summary: PackSummary;
  readonly sections: readonly Section[];
}

/** Measures what a reader's pack recognises; all of the labelled photos have been read. */
export async function measurePack(
  reader: FaceReader,
  labelled: LabelledPhotos,
  { detection: material, spoiled }: MadeOf,
): Promise<PackReport> {
  const { people, pairLists, albums, counted } = labelled;
  const calibration = calibrate(reader, people);
  const verifications = pairLists.map(({ name, pairs }) => ({ name, ...verify(reader, name, pairs) }));
  const searches = albums.map(({ folder, manifest }) => ({
    name: path.basename(folder),
    ...searchAlbum(reader, folder, manifest),
  }));
  const detection = await detect(reader, counted, material);
  const filters = await measureFilters(reader, {
    spoiled,
    pairs: samePairs(labelled),
    sets: [
      { name: "lfw", files: people.map(({ file }) => file) },
      { name: "album_lfw", files: photosOf(albums[0]) },
      ...counted.map((set) => ({ name: set.name, files: filesOfSet(set) })),
    ],
  });
  const roc = rocPicture("roc.svg", {
    "lfw, all pairs": calibration.scores,
    ...Object.fromEntries(searches.map(({ name, scores }) => [name, scores])),
  });
  return {
    summary: {
      pack: reader.pack.name,
      rates: calibration.summary,
      verifications: verifications.map(({ name, summary }) => ({ name, ...summary })),
      albums: searches.map(({ name, summary }) => ({ name, ...summary })),
      detection: detection.summary,
      filters: filters.summary,
    },
    sections: [
      { ...calibration.section, pictures: [...calibration.section.pictures, roc] },
      ...verifications.map(({ section }) => section),
      ...searches.map(({ section }) => section),
      detection.section,
      filters.section,
    ],
  };
}
