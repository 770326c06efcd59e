import type { IndexedImage } from "../../storage/reindexStore.ts";
import type { UnmatchedFace } from "./reindexer.ts";

/** Most images and faces that are told on the terminal; the file has all. */
const mostTold = 20;

/** What came of moving a collection to another model pack. */
export interface ReindexReport {
  readonly collection: string;
  readonly from: string;
  readonly to: string;
  readonly isSwitched: boolean;
  /** Faces that were embedded anew by this run. */
  readonly stagedFaces: number;
  /** Faces that were deleted because they have no new embedding. */
  readonly droppedFaces: number;
  readonly photosFoundByName: number;
  /** Images with faces whose photo was not found. */
  readonly missingImages: readonly IndexedImage[];
  /** Faces that were not found again on their photo. */
  readonly unmatchedFaces: readonly UnmatchedFace[];
  readonly unreadablePhotos: readonly { readonly path: string; readonly reason: string }[];
}

/** A report as the terminal shows it. */
export function reportLines(report: ReindexReport): string[] {
  const { collection, from, to, missingImages, unmatchedFaces, unreadablePhotos } = report;
  const list = <Item>(items: readonly Item[], what: string, textOf: (item: Item) => string) =>
    items.length === 0
      ? []
      : [
          `  ${items.length} ${what}:`,
          ...items.slice(0, mostTold).map((item) => `    ${textOf(item)}`),
          ...(items.length > mostTold ? [`    and ${items.length - mostTold} more`] : []),
        ];
  return [
    report.isSwitched ? `${collection}: moved from ${from} to ${to}` : `${collection}: still on ${from}`,
    `  ${report.stagedFaces} faces embedded anew`,
    ...(report.droppedFaces > 0 ? [`  ${report.droppedFaces} faces deleted`] : []),
    ...(report.photosFoundByName > 0 ? [`  ${report.photosFoundByName} photos found by their names`] : []),
    ...list(
      missingImages,
      "images without a photo",
      ({ imageId, externalImageId, unstagedFaces }) =>
        `${externalImageId ?? "(no ExternalImageId)"}, ImageId ${imageId}: ${unstagedFaces} faces`,
    ),
    ...list(
      unmatchedFaces,
      "faces not found again on their photo",
      ({ path, faceId, overlap }) => `${path}: ${faceId}, nearest overlap ${overlap.toFixed(2)}`,
    ),
    ...list(unreadablePhotos, "photos that cannot be used", ({ path, reason }) => `${path}: ${reason}`),
  ];
}
