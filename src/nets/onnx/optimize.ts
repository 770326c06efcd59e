import { blockPRelu } from "./blockedPRelu.ts";
import { foldAffines } from "./foldAffines.ts";
import { enlargeGates } from "./gates.ts";
import { prune } from "./graphView.ts";
import { useLeakyRelu } from "./leakyRelu.ts";
import type { OnnxGraph } from "./model.ts";

/** Rewrites in their order. */
const allRewrites: readonly ((graph: OnnxGraph) => OnnxGraph)[] = [
  useLeakyRelu,
  foldAffines,
  enlargeGates,
  blockPRelu,
  prune,
];

/**
 * Rewrites a graph into one that computes the same numbers, up to rounding, and that onnxruntime's CPU provider
 * runs in its blocked layout from end to end.
 *
 * The shapes of intermediate values must be declared in {@link OnnxGraph.values} for the rewrites to see them.
 */
export function optimize(graph: OnnxGraph): OnnxGraph {
  return allRewrites.reduce((rewritten, rewrite) => rewrite(rewritten), graph);
}
