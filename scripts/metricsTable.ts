import { createMetrics } from "../src/telemetry/metrics.ts";

/** The service's own metrics as the rows of a Markdown table, for `docs/monitoring.md`. */
export async function metricsTable(): Promise<string> {
  const { registry } = createMetrics({
    operations: [],
    version: "",
    modelPack: { name: "", faceModelVersion: "", isFallback: false },
    recognition: () => [],
    databaseConnections: () => undefined,
    totals: async () => ({ collections: 0, faces: 0, users: 0 }),
    connections: () => ({ open: 0, limit: 0, refused: {} }),
    bodyMemory: () => ({ held: 0, limit: 0 }),
    vectorIndex: () => ({ bytes: 0, limit: 0, copies: {}, searches: {} }),
    readiness: async () => ({ checks: {} }),
  });
  const types = new Map((await registry.getMetricsAsJSON()).map(({ name, type }) => [name, String(type)]));
  const rows = registry
    .getMetricsAsArray()
    .filter(({ name }) => name.startsWith("cameo_"))
    .map((metric) => {
      const labels = "labelNames" in metric ? (metric.labelNames as readonly string[]) : [];
      const named = labels.map((label) => `\`${label}\``).join(", ");
      return `| \`${metric.name}\` | ${types.get(metric.name)} | ${named || "—"} | ${metric.help} |`;
    });
  return ["| metric | type | labels | meaning |", "|---|---|---|---|", ...rows].join("\n");
}
