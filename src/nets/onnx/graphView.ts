import type { OnnxGraph, OnnxNode, OnnxTensor, OnnxValue } from "./model.ts";

/** Look-ups in a graph, for rewrites. */
export class GraphView {
  readonly #graph: OnnxGraph;
  readonly #initializers: ReadonlyMap<string, OnnxTensor>;
  readonly #producers: ReadonlyMap<string, OnnxNode>;
  readonly #consumers = new Map<string, OnnxNode[]>();
  readonly #values: ReadonlyMap<string, OnnxValue>;

  constructor(graph: OnnxGraph) {
    this.#graph = graph;
    this.#initializers = new Map(graph.initializers.map((tensor) => [tensor.name, tensor]));
    this.#producers = new Map(graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node])));
    const values = [...graph.inputs, ...graph.outputs, ...(graph.values ?? [])];
    this.#values = new Map(values.map((value) => [value.name, value]));
    for (const node of graph.nodes) {
      for (const input of node.inputs) {
        this.#consumers.set(input, [...(this.#consumers.get(input) ?? []), node]);
      }
    }
  }

  initializer(name: string | undefined): OnnxTensor | undefined {
    return this.#initializers.get(name ?? "");
  }

  producer(name: string): OnnxNode | undefined {
    return this.#producers.get(name);
  }

  consumers(name: string): readonly OnnxNode[] {
    return this.#consumers.get(name) ?? [];
  }

  /** The one node that reads a value which is no output of the graph. */
  soleConsumer(name: string): OnnxNode | undefined {
    const [first, ...more] = this.consumers(name);
    return more.length === 0 && !this.#graph.outputs.some((output) => output.name === name)
      ? first
      : undefined;
  }

  /** The declared shape of a value. */
  dims(name: string | undefined): OnnxValue["dims"] | undefined {
    return this.#values.get(name ?? "")?.dims;
  }
}

/** Puts other nodes in the places of some, and adds initializers. */
export function replaceNodes(
  graph: OnnxGraph,
  replacements: ReadonlyMap<OnnxNode, readonly OnnxNode[]>,
  initializers: readonly OnnxTensor[] = [],
): OnnxGraph {
  return {
    ...graph,
    nodes: graph.nodes.flatMap((node) => replacements.get(node) ?? [node]),
    initializers: [...graph.initializers, ...initializers],
  };
}

/** Drops initializers that no node reads and shapes of values that no node computes. */
export function prune(graph: OnnxGraph): OnnxGraph {
  const read = new Set(graph.nodes.flatMap(({ inputs }) => inputs));
  const written = new Set(graph.nodes.flatMap(({ outputs }) => outputs));
  return {
    ...graph,
    initializers: graph.initializers.filter(({ name }) => read.has(name)),
    values: (graph.values ?? []).filter(({ name }) => written.has(name)),
  };
}
