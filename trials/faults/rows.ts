import type { Tally, Verdict } from "./load.ts";

/** What came of a fault. */
export interface FaultRow {
  readonly name: string;
  readonly database: string;
  readonly tally?: Tally;
  readonly verdict?: Verdict;
  /** Seconds from the end of the fault until a request was answered that was sent after it. */
  readonly recovery?: number | undefined;
  /** Why it was not done. */
  readonly skipped?: string;
  /** What was not as it must be. */
  readonly failure?: string;
}

const columns = [
  "fault",
  "database",
  "sent",
  "answered",
  "failed, by kind",
  "faces",
  "lost",
  "doubled",
  "recovered",
];

/** Rows of a Markdown table. */
export function formatFaultRows(rows: readonly FaultRow[], hasHeading: boolean): string {
  const heading = hasHeading ? [line(columns), line(columns.map(() => "---"))] : [];
  return [...heading, ...rows.map(formatRow)].join("\n");
}

function formatRow({ name, database, tally, verdict, recovery, skipped, failure }: FaultRow): string {
  if (skipped !== undefined) return line([name, database, `skipped: ${skipped}`]);
  const failed = [...(tally?.failed ?? [])].map(([kind, count]) => `${kind} ${count}`).join(", ");
  const cells = line([
    name,
    database,
    String(tally?.sent ?? ""),
    String(tally?.answered ?? ""),
    failed || "none",
    String(verdict?.faces ?? ""),
    String(verdict?.lost ?? ""),
    String(verdict?.doubled ?? ""),
    recovery === undefined ? "" : `${recovery.toFixed(2)} s`,
  ]);
  return failure === undefined ? cells : `${cells}\nFAILED: ${failure}`;
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}
