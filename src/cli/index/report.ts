import { isIndexed, isRefused, type Outcome, type RefusedPhoto } from "./outcome.ts";

/** Most refused photos that are told on the terminal; the file has all. */
const mostTold = 20;

/** What came of an album, by this run and those before it. */
export interface IndexReport {
  readonly collection: string;
  readonly album: string;
  readonly photos: number;
  readonly indexedPhotos: number;
  readonly faces: number;
  /** Faces that the quality filter or MaxFaces left out. */
  readonly unindexedFaces: number;
  /** Paths of photos that no face of was indexed. */
  readonly photosWithoutFaces: readonly string[];
  /** Paths of photos of which a smaller picture was sent, because they have more than 5 MB. */
  readonly shrunkPhotos: readonly string[];
  readonly refusedPhotos: readonly ({ readonly path: string } & RefusedPhoto["refused"])[];
  /** Photos that no run has come to. */
  readonly remainingPhotos: number;
  /** Files that are no photos by their names. */
  readonly otherFiles: number;
}

/** Adds up outcomes. */
export function reportOf(
  subject: Pick<IndexReport, "collection" | "album" | "photos" | "otherFiles">,
  outcomes: readonly Outcome[],
): IndexReport {
  const refused = outcomes.filter(isRefused);
  const indexed = outcomes.filter(isIndexed);
  return {
    ...subject,
    indexedPhotos: indexed.length,
    faces: indexed.reduce((sum, { faces }) => sum + faces, 0),
    unindexedFaces: indexed.reduce((sum, { unindexedFaces }) => sum + unindexedFaces, 0),
    photosWithoutFaces: indexed.filter(({ faces }) => faces === 0).map(({ path }) => path),
    shrunkPhotos: indexed.filter(({ isShrunk }) => isShrunk).map(({ path }) => path),
    refusedPhotos: refused.map(({ path, refused: { name, message } }) => ({ path, name, message })),
    remainingPhotos: subject.photos - outcomes.length,
  };
}

/** A report as the terminal shows it. */
export function reportLines(report: IndexReport): string[] {
  const { refusedPhotos, photosWithoutFaces, shrunkPhotos, unindexedFaces, remainingPhotos, otherFiles } =
    report;
  const told = (count: number, text: string) => (count > 0 ? [`  ${count} ${text}`] : []);
  return [
    `${report.collection}: ${report.indexedPhotos} of ${report.photos} photos, ${report.faces} faces`,
    ...told(photosWithoutFaces.length, "photos without a face"),
    ...told(unindexedFaces, "faces left out by the quality filter or as too many"),
    ...told(shrunkPhotos.length, "photos over 5 MB, made smaller to fit"),
    ...told(otherFiles, "files that are no JPEG or PNG by their names"),
    ...told(remainingPhotos, "photos still to be done: the same command goes on from here"),
    ...told(refusedPhotos.length, "photos refused (--retry sends them again):"),
    ...refusedPhotos.slice(0, mostTold).map(({ path, name, message }) => `    ${path}: ${name}: ${message}`),
    ...(refusedPhotos.length > mostTold ? [`    and ${refusedPhotos.length - mostTold} more`] : []),
  ];
}
