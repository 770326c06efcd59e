import type { Constant, Expression } from "./expression.ts";
import type { OnnxNode, OnnxTensor } from "./model.ts";

/** Collects the nodes and constants of a graph from expressions, and keeps their names apart. */
export class GraphWriter {
  readonly #names = new Set<string>();
  readonly #nodes: OnnxNode[] = [];
  readonly #initializers = new Map<Constant, OnnxTensor>();

  /** In an order in which each follows those whose outputs it reads. */
  get nodes(): readonly OnnxNode[] {
    return this.#nodes;
  }

  get initializers(): readonly OnnxTensor[] {
    return [...this.#initializers.values()];
  }

  /**
   * Appends the operators of an expression, innermost first.
   *
   * @param name of the result, from `unique`; a value keeps its own.
   * @returns the name of the result.
   */
  emit(expression: Expression, name: string): string {
    if (expression.kind === "value") return expression.name;
    if (expression.kind === "constant") return this.#initializer(expression);
    const { opType, attributes } = expression;
    const inputs = expression.inputs.map((input) =>
      this.emit(input, input.kind === "operation" ? this.unique(`${name}/${input.opType}`) : name),
    );
    this.#nodes.push({ opType, name, inputs, outputs: [name], ...(attributes && { attributes }) });
    return name;
  }

  /** The name, or one like it where it is taken; taken from now on. */
  unique(wanted: string): string {
    let name = wanted;
    for (let copy = 1; this.#names.has(name); copy++) name = `${wanted}#${copy}`;
    this.#names.add(name);
    return name;
  }

  #initializer(constant: Constant): string {
    const known = this.#initializers.get(constant);
    if (known) return known.name;
    const name = this.unique(`constant_${this.#initializers.size}`);
    this.#initializers.set(constant, { name, dims: constant.dims, data: constant.data });
    return name;
  }
}
