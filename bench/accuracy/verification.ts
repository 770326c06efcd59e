import path from "node:path";
import { cosine, cosineAt, similarityOf } from "../../src/recognition/similarity.ts";
import { type Face, type FaceReader, nearestFace } from "./faceReader.ts";
import type { Pair } from "./labels.ts";
import { percent, type Section } from "./report.ts";
import { emptyPairScores, type PairScores } from "./scores.ts";
import { rateTable } from "./thresholds.ts";

/** Which face of a photo a label is about. */
type Choice = "largest" | "centre";

interface ScoredPair extends Pair {
  /** -1 where a photo shows no face. */
  readonly cosine: number;
}

/** What verification found, for other parts of the report. */
export interface Verification {
  readonly section: Section;
  readonly scores: PairScores;
  readonly summary: VerificationSummary;
}

/** Share of pairs told right, 0..1, by the face that stands for a photo. */
export type VerificationSummary = Readonly<Record<Choice, number>>;

/**
 * Verification on a list of pairs: told apart by the best threshold of the other folds (the protocol of Labeled
 * Faces in the Wild), and by each published similarity.
 */
export function verify(reader: FaceReader, name: string, pairs: readonly Pair[]): Verification {
  const curve = reader.pack.similarity;
  const byChoice = (choice: Choice) => pairs.map((pair) => score(reader, pair, choice));
  const largest = byChoice("largest");
  const centre = byChoice("centre");
  const scores = emptyPairScores();
  for (const pair of largest) (pair.same ? scores.same : scores.different).add(pair.cosine);
  const validated = { largest: crossValidate(largest), centre: crossValidate(centre) };
  const row = (choice: string, { accuracy, spread, cosine }: Validation, scored: readonly ScoredPair[]) => {
    const at80 = accuracyAt(scored, cosineAt(curve, 80));
    return [choice, accuracy.toFixed(4), spread.toFixed(4), cosine.toFixed(3), at80.toFixed(4)];
  };
  const cut = validated.centre.cosine;
  const failed = centre.filter(({ cosine, same }) => cosine >= cut !== same);
  const section: Section = {
    title: `Verification: ${name}`,
    text: `${pairs.length} pairs in ${foldsOf(pairs).length} fold(s). A photo stands for its largest face, as in CompareFaces, or for the one nearest to its middle, which is the one that sets such as LFW name. Without folds the threshold is the best of the same pairs, which flatters. With ${pairs.filter(({ same }) => !same).length} pairs of two people no rate below ${percent(3 / pairs.filter(({ same }) => !same).length)} can be told (95 % confidence, none seen).`,
    tables: [
      {
        caption: "Pairs told right",
        columns: ["face", "accuracy", "spread of folds", "threshold (cosine)", "accuracy at Similarity 80"],
        rows: [
          row("largest", validated.largest, largest),
          row("nearest to the middle", validated.centre, centre),
        ],
      },
      rateTable("Largest face", scores, curve),
      {
        caption: "Pairs told wrong (face nearest to the middle)",
        columns: ["one person", "cosine", "Similarity", "a", "b"],
        rows: failed
          .toSorted((a, b) => a.cosine - b.cosine)
          .map(({ a, b, same, cosine }) => [
            same ? "yes" : "no",
            cosine.toFixed(3),
            similarityOf(curve, cosine).toFixed(1),
            path.basename(a),
            path.basename(b),
          ]),
      },
    ],
    pictures: [],
  };
  const summary = { largest: validated.largest.accuracy, centre: validated.centre.accuracy };
  return { section, scores, summary };
}

function score(reader: FaceReader, pair: Pair, choice: Choice): ScoredPair {
  const a = chosenFace(reader, pair.a, choice);
  const b = chosenFace(reader, pair.b, choice);
  return { ...pair, cosine: a && b ? cosine(a.embedding, b.embedding) : -1 };
}

/** The face of a photo that a label is about. */
export function chosenFace(reader: FaceReader, file: string, choice: Choice): Face | undefined {
  const { faces, width, height } = reader.photo(file);
  return choice === "largest" ? faces[0] : nearestFace(faces, width / 2, height / 2);
}

function foldsOf(pairs: readonly Pair[]): string[] {
  return [...new Set(pairs.map(({ fold }) => fold))];
}

interface Validation {
  /** Mean over the folds. */
  readonly accuracy: number;
  /** Standard deviation over the folds. */
  readonly spread: number;
  /** Mean threshold. */
  readonly cosine: number;
}

function crossValidate(pairs: readonly ScoredPair[]): Validation {
  const folds = foldsOf(pairs);
  const outcomes = folds.map((fold) => {
    const others = folds.length > 1 ? pairs.filter((pair) => pair.fold !== fold) : pairs;
    const threshold = bestThreshold(others);
    return {
      threshold,
      accuracy: accuracyAt(
        pairs.filter((pair) => pair.fold === fold),
        threshold,
      ),
    };
  });
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const accuracies = outcomes.map(({ accuracy }) => accuracy);
  const accuracy = mean(accuracies);
  return {
    accuracy,
    spread: Math.sqrt(mean(accuracies.map((value) => (value - accuracy) ** 2))),
    cosine: mean(outcomes.map(({ threshold }) => threshold)),
  };
}

function accuracyAt(pairs: readonly ScoredPair[], threshold: number): number {
  return pairs.filter(({ cosine, same }) => cosine >= threshold === same).length / pairs.length;
}

/** The middle of the thresholds that tell the most pairs right: the ends depend on single pairs. */
function bestThreshold(pairs: readonly ScoredPair[]): number {
  const candidates = pairs.map(({ cosine }) => ({ cosine, accuracy: accuracyAt(pairs, cosine) }));
  const most = Math.max(...candidates.map(({ accuracy }) => accuracy));
  const best = candidates.filter(({ accuracy }) => accuracy === most).map(({ cosine }) => cosine);
  return (Math.min(...best) + Math.max(...best)) / 2;
}
