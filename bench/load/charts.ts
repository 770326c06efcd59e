import { type Axis, lineChart, shareChart } from "../support/chart.ts";
import type { IndexingFigure } from "./indexing.ts";
import type { MemorySample } from "./memory.ts";
import type { SearchingFigure } from "./searching.ts";

/** The share of the bound that indexing reaches, by set of photos, as an SVG file. */
export function indexingChart(figures: readonly IndexingFigure[]): string {
  const bars = figures.flatMap(({ photos, efficiency }) =>
    efficiency === undefined ? [] : [[photos, efficiency] as const],
  );
  return shareChart("IndexFaces, photos a second, of the bare bound", bars);
}

/** Latency by number of clients, as an SVG file. */
export function searchingChart(figures: readonly SearchingFigure[]): string {
  const slowest = Math.max(...figures.map(({ p99 }) => p99));
  const clients: Axis = {
    label: "clients at once",
    from: 1,
    to: Math.max(...figures.map((figure) => figure.clients), 2),
    ticks: figures.map((figure) => figure.clients),
    isLogarithmic: true,
  };
  const line = (name: "p50" | "p95" | "p99") => ({
    name,
    points: figures.map((figure) => [figure.clients, figure[name]] as const),
  });
  return lineChart(clients, upTo("SearchFacesByImage, milliseconds", slowest), [
    line("p50"),
    line("p95"),
    line("p99"),
  ]);
}

/** The service's resident memory over time, as an SVG file. */
export function memoryChart(samples: readonly MemorySample[]): string {
  const end = Math.max(...samples.map(({ seconds }) => seconds), 1);
  const most = Math.max(...samples.map(({ resident }) => resident), 1);
  return lineChart(upTo("seconds", end), upTo("resident memory, MiB", most), [
    { name: "service", points: samples.map(({ seconds, resident }) => [seconds, resident] as const) },
  ]);
}

/** An axis from 0 to a round number, in five steps. */
function upTo(label: string, most: number): Axis {
  const magnitude = 10 ** Math.floor(Math.log10(most / 5));
  const step = magnitude * ([1, 2, 5, 10].find((factor) => 5 * factor * magnitude >= most) as number);
  return { label, from: 0, to: 5 * step, ticks: [0, 1, 2, 3, 4, 5].map((count) => count * step) };
}
