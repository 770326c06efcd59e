/** A table: one row for each entry, cells by column. */
export interface Table {
  readonly caption: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

/** A picture, as the text of an SVG file. */
export interface Picture {
  readonly file: string;
  readonly caption: string;
  readonly svg: string;
}

/** One part of the report. */
export interface Section {
  readonly title: string;
  /** What was measured, on what, and what it cannot tell. */
  readonly text: string;
  readonly tables: readonly Table[];
  readonly pictures: readonly Picture[];
}

/** A section as that of a pack: its name before the title and before the pictures' files. */
export function underName(name: string, section: Section): Section {
  return {
    ...section,
    title: `${name}: ${section.title}`,
    pictures: section.pictures.map((picture) => ({ ...picture, file: `${name}-${picture.file}` })),
  };
}

/** The report as Markdown; pictures are expected beside it. */
export function toMarkdown(title: string, sections: readonly Section[]): string {
  const parts = sections.flatMap((section) => [
    `## ${section.title}`,
    section.text,
    ...section.tables.map(tableToMarkdown),
    ...section.pictures.map(({ caption, file }) => `![${caption}](${file})`),
  ]);
  return `${[`# ${title}`, ...parts].join("\n\n")}\n`;
}

function tableToMarkdown({ caption, columns, rows }: Table): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(" | ")} |`;
  return [`**${caption}**\n`, line(columns), line(columns.map(() => "---")), ...rows.map(line)].join("\n");
}

/** Prints a section's tables, in columns. */
export function print({ title, tables }: Section): void {
  console.log(`\n== ${title}`);
  for (const { caption, columns, rows } of tables) {
    const all = [columns, ...rows].map((row) => row.map(String));
    const widths = columns.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
    console.log(`\n${caption}`);
    for (const row of all) console.log(row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join("  "));
  }
}

/** A share as per cent: `96.35 %`. */
export function percent(share: number): string {
  return Number.isNaN(share) ? "-" : `${(100 * share).toFixed(2)} %`;
}

/** A small share as `1 in N`; `none` where it is 0. */
export function oneIn(share: number): string {
  return share > 0 ? `1 in ${Math.round(1 / share).toLocaleString("en")}` : "none";
}
