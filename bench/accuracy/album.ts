import path from "node:path";
import { cosine, cosineAt, similarityOf } from "../../src/recognition/similarity.ts";
import { distance, type Face, type FaceReader, nearestFace } from "./faceReader.ts";
import type { AlbumManifest } from "./labels.ts";
import { percent, type Section } from "./report.ts";
import { emptyPairScores, type PairScores } from "./scores.ts";
import {
  type BestSearch,
  bestSearch,
  type Comparison,
  noFace,
  type SearchOutcome,
  searchFrom,
} from "./search.ts";
import { rateTable, similarities } from "./thresholds.ts";

interface NamedFace {
  readonly identity: string;
  /** The photo that the face was taken from, to find it again. */
  readonly source: string;
  readonly face: Face;
}

/** A face is the label's when its middle lies within this share of the tile's width from the label's. */
const nearEnough = 0.25;
/** Similarity below which two faces under one name look like two people: a false match rate of about 1 in 100. */
const faultBelow = 40;

/** The most of what is returned that may be wrong where a search is told by its best threshold. */
export const mostWrong = 0.01;

/** The figures of an album that packs are compared by. */
export interface AlbumSummary {
  /** Photos that a selfie's person is on, over all selfies. */
  readonly truths: number;
  readonly at80: SearchOutcome;
  /** With at most `mostWrong`; undefined where no threshold gives that. */
  readonly best: (BestSearch & { readonly similarity: number }) | undefined;
}

/** What the album gave, for other parts of the report. */
export interface AlbumOutcome {
  readonly section: Section;
  readonly scores: PairScores;
  readonly summary: AlbumSummary;
}

/** The main job: which photos a selfie's person is on, and how its faces' pairs compare. */
export function searchAlbum(reader: FaceReader, folder: string, manifest: AlbumManifest): AlbumOutcome {
  const curve = reader.pack.similarity;
  const comparisons = compareAll(reader, folder, manifest);
  const truths = comparisons.filter(({ isOnPhoto }) => isOnPhoto).length;
  const best = bestSearch(comparisons, mostWrong);
  const faces = nameFaces(reader, folder, manifest);
  const scores = scorePairs(faces);
  const labels = manifest.photos.flatMap((photo) => photo.faces).length;
  return {
    scores,
    summary: {
      truths,
      at80: searchFrom(comparisons, cosineAt(curve, 80)),
      best: best && { ...best, similarity: similarityOf(curve, best.threshold) },
    },
    section: {
      title: `Album search: ${path.basename(folder)}`,
      text: `${manifest.photos.length} photos with ${labels} named faces, of which ${faces.length} were found, and ${manifest.selfies.length} selfies whose people are on ${truths} photos. A selfie stands for its largest face, a photo for the face most like it. One photo is ${percent(1 / truths)} of recall.`,
      tables: [
        {
          caption: "Search with every selfie",
          columns: ["Similarity", "cosine", "found", "recall", "wrong", "wrong of those returned"],
          rows: similarities.map((similarity) => {
            const threshold = cosineAt(curve, similarity);
            const { found, recall, wrong, wrongShare } = searchFrom(comparisons, threshold);
            return [similarity, threshold.toFixed(3), found, percent(recall), wrong, percent(wrongShare)];
          }),
        },
        rateTable("Pairs of named faces", scores, curve),
        {
          caption: `Pairs under one name below Similarity ${faultBelow}: label faults, or the limits of the embedder`,
          columns: ["a", "b", "Similarity", "others of the name that a matches at 80", "that b matches"],
          rows: doubtfulPairs(faces).map(([a, b, value]) => [
            a.source,
            b.source,
            similarityOf(curve, value).toFixed(1),
            matchesOf(a, b, faces, cosineAt(curve, 80)),
            matchesOf(b, a, faces, cosineAt(curve, 80)),
          ]),
        },
      ],
      pictures: [],
    },
  };

  function doubtfulPairs(named: readonly NamedFace[]): [NamedFace, NamedFace, number][] {
    return pairsOf(named)
      .map(([a, b]): [NamedFace, NamedFace, number] => [a, b, cosine(a.face.embedding, b.face.embedding)])
      .filter(([a, b, value]) => a.identity === b.identity && similarityOf(curve, value) < faultBelow)
      .sort(([, , a], [, , b]) => a - b);
  }
}

function compareAll(reader: FaceReader, folder: string, { selfies, photos }: AlbumManifest): Comparison[] {
  return selfies.flatMap(({ file, identity }) => {
    const selfie = reader.photo(path.join(folder, file)).faces[0];
    return photos.map((photo) => {
      const cosines = reader
        .photo(path.join(folder, photo.file))
        .faces.map((face) => (selfie === undefined ? noFace : cosine(selfie.embedding, face.embedding)));
      return {
        cosine: Math.max(noFace, ...cosines),
        isOnPhoto: photo.faces.some((face) => face.identity === identity),
      };
    });
  });
}

/** The faces that lie where a label says; none for a manifest without places. */
function nameFaces(reader: FaceReader, folder: string, { photos }: AlbumManifest): NamedFace[] {
  return photos.flatMap(({ file, faces: labels }) => {
    const { faces } = reader.photo(path.join(folder, file));
    return labels.flatMap(({ identity, main_face_centre: centre, tile, lfw_image: source = file }) => {
      if (centre === undefined || tile === undefined) return [];
      const face = nearestFace(faces, ...centre);
      const isNear = face !== undefined && distance(face, ...centre) < nearEnough * tile[2];
      return isNear ? [{ identity, source, face }] : [];
    });
  });
}

function scorePairs(faces: readonly NamedFace[]): PairScores {
  const scores = emptyPairScores();
  for (const [a, b] of pairsOf(faces)) {
    const { same, different } = scores;
    (a.identity === b.identity ? same : different).add(cosine(a.face.embedding, b.face.embedding));
  }
  return scores;
}

function pairsOf<Item>(items: readonly Item[]): [Item, Item][] {
  return items.flatMap((a, index) => items.slice(index + 1).map((b): [Item, Item] => [a, b]));
}

/** How many other faces under the name one face matches: none speaks for a face that bears a wrong name. */
function matchesOf(one: NamedFace, but: NamedFace, faces: readonly NamedFace[], threshold: number): string {
  const others = faces.filter((face) => face.identity === one.identity && face !== one && face !== but);
  const matched = others.filter(({ face }) => cosine(face.embedding, one.face.embedding) >= threshold);
  return `${matched.length} of ${others.length}`;
}
