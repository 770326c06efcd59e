import { cosine, cosineAt } from "../../src/recognition/similarity.ts";
import type { Face, FaceReader } from "./faceReader.ts";
import { oneIn, type Section } from "./report.ts";
import { emptyPairScores, type PairScores, type Scores } from "./scores.ts";
import { histogramPicture, rateTable } from "./thresholds.ts";
import { chosenFace } from "./verification.ts";

/** A photo of a known person. */
export interface PersonPhoto {
  readonly file: string;
  readonly identity: string;
  /** People of one fold are in no other. */
  readonly fold: string;
}

interface PersonFace extends PersonPhoto {
  readonly face: Face;
  /** So that a person with many photos counts no more than one with a single photo. */
  readonly weight: number;
}

/**
 * The false match rate that a knot aims at. Up to 80 every 20 points are a factor of 10, so that 80 is about 1 in
 * 10,000; above, 99 is 1 in a million.
 */
const rateOf: Readonly<Record<number, number>> = { 20: 1e-1, 40: 1e-2, 60: 1e-3, 80: 1e-4, 99: 1e-6 };

/** From this rate on down the rates follow the fitted tail instead of being counted. */
const tailFrom = 1e-4;

/** What calibration measured, for other parts of the report. */
export interface Calibration {
  readonly section: Section;
  readonly scores: PairScores;
  readonly summary: RateSummary;
}

/** Shares of pairs, 0..1, that match at Similarity 80. */
export interface RateSummary {
  /** Of pairs of two people. */
  readonly falseMatchRate: number;
  /** Of pairs of one person. */
  readonly trueMatchRate: number;
}

/**
 * Measures how often two people match at each similarity, over all pairs of faces of different people, and
 * where the knots of the similarity curve should lie.
 */
export function calibrate(reader: FaceReader, photos: readonly PersonPhoto[]): Calibration {
  const faces = withWeights(reader, photos);
  const curve = reader.pack.similarity;
  const all = scorePairs(faces);
  const folds = [...new Set(faces.map(({ fold }) => fold))].sort();
  const fitted = fitKnots(all.different);
  const held = folds.map((fold) => {
    const inside = scorePairs(faces.filter((face) => face.fold === fold)).different;
    const outside = scorePairs(faces.filter((face) => face.fold !== fold)).different;
    const cosine = fitKnots(outside).get(80) ?? Number.NaN;
    return [fold, cosine.toFixed(3), inside.count.toLocaleString("en"), oneIn(inside.shareFrom(cosine))];
  });
  const section: Section = {
    title: "Calibration: similarity and false matches",
    text: [
      `All pairs of ${faces.length} faces (one a photo, nearest to its middle) of ${new Set(faces.map(({ identity }) => identity)).size} people. Each pair of people counts once, however many photos they have: the rates are those of two strangers.`,
      `Below a rate of ${tailFrom} cosines are taken from an exponential tail, FMR(c) = ${tailFrom} exp(-(c - u) / b), u being the cosine of that rate and b the mean excess over it. Rates to about 1 in 100,000 can be counted in these pairs; 1 in a million is the tail's word. Faces of one pair share people with those of many others, so the pairs are fewer than they seem.`,
    ].join("\n\n"),
    tables: [
      {
        caption: "Knots that this run's photos give, beside the pack's",
        columns: ["Similarity", "false match rate", "cosine here", "cosine of the pack"],
        rows: [...fitted].map(([similarity, cosine]) => [
          similarity,
          oneIn(rateOf[similarity] ?? 0),
          cosine.toFixed(3),
          cosineAt(curve, similarity).toFixed(3),
        ]),
      },
      rateTable("Rates of the pack's curve", all, curve),
      {
        caption: "Similarity 80 fitted on the people of the other folds, checked on those of one fold",
        columns: ["fold", "cosine of 80", "pairs of two people", "false matches"],
        rows: held,
      },
    ],
    pictures: [histogramPicture("histogram.svg", `Cosines of ${faces.length} faces, pair by pair`, all)],
  };
  const at80 = cosineAt(curve, 80);
  return {
    section,
    scores: all,
    summary: { falseMatchRate: all.different.shareFrom(at80), trueMatchRate: all.same.shareFrom(at80) },
  };
}

function withWeights(reader: FaceReader, photos: readonly PersonPhoto[]): PersonFace[] {
  const found = photos.flatMap((photo) => {
    const face = chosenFace(reader, photo.file, "centre");
    return face === undefined ? [] : [{ ...photo, face }];
  });
  const counts = new Map<string, number>();
  for (const { identity } of found) counts.set(identity, (counts.get(identity) ?? 0) + 1);
  return found.map((one) => ({ ...one, weight: 1 / (counts.get(one.identity) ?? 1) }));
}

/** Scores every pair. Those of one person count alike, so that FNMR is that of the pairs of photos. */
function scorePairs(faces: readonly PersonFace[]): PairScores {
  const scores = emptyPairScores();
  for (const [index, one] of faces.entries()) {
    for (let at = index + 1; at < faces.length; at++) {
      const other = faces[at] as PersonFace;
      const value = cosine(one.face.embedding, other.face.embedding);
      if (one.identity === other.identity) scores.same.add(value);
      else scores.different.add(value, one.weight * other.weight);
    }
  }
  return scores;
}

/** The cosine of each similarity of `rateOf`. */
function fitKnots(different: Scores): Map<number, number> {
  const start = different.cosineOfShare(tailFrom);
  const excess = different.meanExcess(start);
  return new Map(
    Object.entries(rateOf).map(([similarity, rate]) => [
      Number(similarity),
      rate >= tailFrom ? different.cosineOfShare(rate) : start + excess * Math.log(tailFrom / rate),
    ]),
  );
}
