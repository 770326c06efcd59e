/** A line of a chart. */
export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** One axis of a chart. */
export interface Axis {
  readonly label: string;
  readonly from: number;
  readonly to: number;
  readonly ticks: readonly number[];
  /** Spaced by the logarithm. */
  readonly isLogarithmic?: boolean;
}

const frame = { left: 70, top: 20, width: 560, height: 320 } as const;
const canvas = { width: 660, height: 400 } as const;
const colours = ["#1f6feb", "#d1242f", "#1a7f37", "#9a6700"] as const;

/** Draws lines over two axes as an SVG file. Points beyond an axis lie on its end. */
export function lineChart(x: Axis, y: Axis, series: readonly Series[]): string {
  const atX = (value: number) => frame.left + frame.width * positionOn(x, value);
  const atY = (value: number) => frame.top + frame.height * (1 - positionOn(y, value));
  const bottom = frame.top + frame.height;
  const right = frame.left + frame.width;
  const grid = [
    ...x.ticks.flatMap((tick) => [
      line(atX(tick), frame.top, atX(tick), bottom),
      text(atX(tick), bottom + 18, String(tick), "middle"),
    ]),
    ...y.ticks.flatMap((tick) => [
      line(frame.left, atY(tick), right, atY(tick)),
      text(frame.left - 8, atY(tick) + 4, String(tick), "end"),
    ]),
  ];
  const lines = series.flatMap(({ name, points }, index) => {
    const colour = colours[index % colours.length] as string;
    const path = points.map(([px, py]) => `${atX(px).toFixed(1)},${atY(py).toFixed(1)}`).join(" ");
    return [
      `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>`,
      text(right - 8, frame.top + 18 + 18 * index, name, "end", colour),
    ];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${canvas.width}" height="${canvas.height}" font-family="sans-serif" font-size="12">`,
    title(`${y.label} by ${x.label}`),
    `<rect width="100%" height="100%" fill="white"/>`,
    ...grid,
    ...lines,
    text(frame.left + frame.width / 2, canvas.height - 14, x.label, "middle"),
    `<g transform="rotate(-90 16 ${frame.top + frame.height / 2})">${text(16, frame.top + frame.height / 2, y.label, "middle")}</g>`,
    "</svg>\n",
  ].join("\n");
}

/** Where a value lies on an axis, 0..1. */
function positionOn({ from, to, isLogarithmic = false }: Axis, value: number): number {
  const inside = Math.min(Math.max(value, from), to);
  return isLogarithmic ? Math.log(inside / from) / Math.log(to / from) : (inside - from) / (to - from);
}

function line(x1: number, y1: number, x2: number, y2: number): string {
  return `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="#d0d7de"/>`;
}

function title(content: string): string {
  return `<title>${escapeText(content)}</title>`;
}

function text(x: number, y: number, content: string, anchor: string, colour = "#24292f"): string {
  return `<text x="${x}" y="${y}" text-anchor="${anchor}" fill="${colour}">${escapeText(content)}</text>`;
}

function escapeText(content: string): string {
  return content.replace(/&/g, "&amp;").replace(/</g, "&lt;");
}

/** Draws shares, 0..1, as bars under one another, as an SVG file. */
export function shareChart(label: string, bars: readonly (readonly [name: string, share: number])[]): string {
  const row = 34;
  const height = frame.top + row * bars.length + 44;
  const left = 170;
  const width = canvas.width - left - 70;
  const ticks = [0, 0.2, 0.4, 0.6, 0.8, 1];
  const bottom = height - 44;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${canvas.width}" height="${height}" font-family="sans-serif" font-size="12">`,
    title(label),
    `<rect width="100%" height="100%" fill="white"/>`,
    ...ticks.flatMap((tick) => [
      line(left + width * tick, frame.top, left + width * tick, bottom),
      text(left + width * tick, bottom + 16, `${100 * tick} %`, "middle"),
    ]),
    ...bars.flatMap(([name, share], index) => {
      const y = frame.top + row * index + 6;
      return [
        `<rect x="${left}" y="${y}" width="${(width * Math.min(share, 1)).toFixed(1)}" height="20" fill="${colours[0]}"/>`,
        text(left - 8, y + 14, name, "end"),
        text(left + width * Math.min(share, 1) + 6, y + 14, `${(100 * share).toFixed(0)} %`, "start"),
      ];
    }),
    text(left + width / 2, height - 10, label, "middle"),
    "</svg>\n",
  ].join("\n");
}
