import { cosineAt, type SimilarityCurve } from "../../src/recognition/similarity.ts";
import { type Axis, lineChart } from "../support/chart.ts";
import { oneIn, type Picture, percent, type Table } from "./report.ts";
import type { PairScores } from "./scores.ts";

/** The similarities at which rates are published. */
export const similarities = [50, 70, 80, 90, 95, 99] as const;

/** False match rate and false non-match rate at each published similarity. */
export function rateTable(caption: string, { different, same }: PairScores, curve: SimilarityCurve): Table {
  return {
    caption: `${caption}: ${count(different.count)} pairs of two people, ${count(same.count)} of one person`,
    columns: ["Similarity", "cosine", "false matches", "FMR", "FNMR", "TMR"],
    rows: similarities.map((similarity) => {
      const cosine = cosineAt(curve, similarity);
      const falseMatchRate = different.shareFrom(cosine);
      const matchRate = same.shareFrom(cosine);
      return [
        similarity,
        cosine.toFixed(3),
        oneIn(falseMatchRate),
        falseMatchRate.toExponential(1),
        percent(1 - matchRate),
        percent(matchRate),
      ];
    }),
  };
}

const rateAxis: Axis = {
  label: "false match rate",
  from: 1e-6,
  to: 1,
  ticks: [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1],
  isLogarithmic: true,
};

/** True match rate over false match rate. */
export function rocPicture(file: string, sets: Readonly<Record<string, PairScores>>): Picture {
  const cosines = Array.from({ length: 201 }, (_, step) => step / 200);
  const series = Object.entries(sets).map(([name, { different, same }]) => ({
    name,
    points: cosines
      .map((cosine) => [different.shareFrom(cosine), same.shareFrom(cosine)] as const)
      .filter(([rate]) => rate > 0),
  }));
  const y: Axis = { label: "true match rate", from: 0.8, to: 1, ticks: [0.8, 0.85, 0.9, 0.95, 1] };
  return { file, caption: "True match rate over false match rate", svg: lineChart(rateAxis, y, series) };
}

/** How the cosines of two people and of one person are distributed. */
export function histogramPicture(file: string, caption: string, { different, same }: PairScores): Picture {
  const parts = 100;
  const lineOf = (shares: readonly number[]) =>
    shares.map((share, part) => [-1 + (2 * part + 1) / parts, share] as const);
  const x: Axis = { label: "cosine", from: -0.5, to: 1, ticks: [-0.5, -0.25, 0, 0.25, 0.5, 0.75, 1] };
  const y: Axis = { label: "share of pairs", from: 0, to: 0.1, ticks: [0, 0.025, 0.05, 0.075, 0.1] };
  const series = [
    { name: "two people", points: lineOf(different.shares(parts)) },
    { name: "one person", points: lineOf(same.shares(parts)) },
  ];
  return { file, caption, svg: lineChart(x, y, series) };
}

function count(number: number): string {
  return number.toLocaleString("en");
}
