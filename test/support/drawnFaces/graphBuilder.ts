import type {
  OnnxAttribute,
  OnnxGraph,
  OnnxNode,
  OnnxTensor,
  OnnxValue,
} from "../../../src/nets/onnx/model.ts";

/** Puts an ONNX graph together node by node, and names the values in between. */
export class GraphBuilder {
  readonly #initializers: OnnxTensor[] = [];
  readonly #nodes: OnnxNode[] = [];
  readonly #outputs: OnnxValue[] = [];

  /** @returns the name of a float32 constant. */
  floats(dims: readonly number[], values: Iterable<number>): string {
    return this.#constant(dims, Float32Array.from(values));
  }

  /** @returns the name of a list of int64. */
  integers(values: readonly number[]): string {
    return this.#constant([values.length], BigInt64Array.from(values, BigInt));
  }

  /** @returns the name of a node's only output. */
  add(
    opType: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
  ): string {
    const [output] = this.addMany(opType, inputs, 1, attributes);
    return output as string;
  }

  /** @returns the names of a node's outputs. */
  addMany(
    opType: string,
    inputs: readonly string[],
    outputCount: number,
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
  ): readonly string[] {
    const node = `${opType}_${this.#nodes.length}`;
    const outputs = Array.from({ length: outputCount }, (_, index) => `${node}:${index}`);
    this.#nodes.push({ opType, inputs, outputs, attributes });
    return outputs;
  }

  /** Gives a value to the outside under another name. */
  output(value: OnnxValue, from: string): void {
    this.#nodes.push({ opType: "Identity", inputs: [from], outputs: [value.name] });
    this.#outputs.push(value);
  }

  build(name: string, inputs: readonly OnnxValue[]): OnnxGraph {
    return { name, inputs, outputs: this.#outputs, initializers: this.#initializers, nodes: this.#nodes };
  }

  #constant(dims: readonly number[], data: OnnxTensor["data"]): string {
    const name = `constant_${this.#initializers.length}`;
    this.#initializers.push({ name, dims, data });
    return name;
  }
}
