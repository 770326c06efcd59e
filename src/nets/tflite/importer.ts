import { GraphWriter } from "../onnx/graphWriter.ts";
import type { OnnxGraph, OnnxValue } from "../onnx/model.ts";
import { TfliteError } from "./error.ts";
import { parseTflite, readConstant, type TfliteModel, type TfliteOperator } from "./model.ts";
import { operators } from "./operators.ts";
import { channelsLast, planarOrder, type Tensor } from "./tensor.ts";

/**
 * Reads a TFLite model of floats as an ONNX graph that computes the same numbers in single precision.
 *
 * Inputs and outputs have the model's names and shapes, but that a picture is taken channel by channel
 * (N x C x H x W), as everywhere in ONNX: what lies between is computed in that order, and turned only where an
 * operator works along the axes of the other.
 *
 * @throws TfliteError naming the operator and its tensor where a type, option or form is not known.
 */
export function importTflite(bytes: Uint8Array): OnnxGraph {
  return new Importer(parseTflite(bytes)).graph();
}

/** The options of an operator that has none. */
const noOptions = { byte: () => 0, int: (_: number, fallback = 0) => fallback, unread: [] };

class Importer {
  readonly #model: TfliteModel;
  readonly #writer = new GraphWriter();
  readonly #tensors = new Map<number, Tensor>();
  readonly #values: OnnxValue[] = [];

  constructor(model: TfliteModel) {
    this.#model = model;
  }

  graph(): OnnxGraph {
    const inputs = this.#model.inputs.map((index) => this.#input(index));
    // The names of outputs are the model's interface, which other names give way to.
    const names = new Map(
      this.#model.outputs.map((index) => [index, this.#writer.unique(this.#described(index).name)]),
    );
    for (const operator of this.#model.operators) this.#convert(operator);
    const outputs = this.#model.outputs.map((index) => {
      const name = names.get(index) as string;
      const tensor = this.#tensor(index);
      this.#writer.emit({ kind: "operation", opType: "Identity", inputs: [channelsLast(tensor)] }, name);
      return { name, dims: tensor.dims };
    });
    return {
      name: "",
      inputs,
      outputs,
      initializers: this.#writer.initializers,
      values: this.#values,
      nodes: this.#writer.nodes,
    };
  }

  #input(index: number): OnnxValue {
    const { name: wanted, dims } = this.#described(index);
    const name = this.#writer.unique(wanted);
    const planar = dims.length === 4;
    const value = { name, dims: planar ? planarOrder(dims) : dims };
    this.#tensors.set(index, { dims, planar, source: { kind: "value", ...value } });
    return value;
  }

  #convert({ code, inputs, outputs: [output, ...more], options = undefined }: TfliteOperator): void {
    if (output === undefined || more.length > 0)
      throw new TfliteError("Only operators of one output are supported");
    const { name: wanted, dims } = this.#described(output);
    const known = operators[code];
    const place = { tensor: wanted, operator: known?.name ?? String(code) };
    if (known === undefined) throw new TfliteError("it is not supported", place);
    const read = options ?? noOptions;
    try {
      const { source, planar } = known.convert({
        options: read,
        inputs: inputs.filter((input) => input >= 0).map((input) => this.#tensor(input)),
        outputDims: dims,
      });
      if (read.unread.length > 0) throw new RangeError(`option ${read.unread} is not supported`);
      if (source.kind === "constant") {
        this.#tensors.set(output, { dims, planar, source });
        return;
      }
      const value = { name: this.#writer.unique(wanted), dims: planar ? planarOrder(dims) : dims };
      this.#writer.emit(source, value.name);
      this.#values.push(value);
      this.#tensors.set(output, { dims, planar, source: { kind: "value", ...value } });
    } catch (error) {
      throw error instanceof RangeError ? new TfliteError(error.message, place, { cause: error }) : error;
    }
  }

  /** A tensor that was computed, or that the file holds. @throws RangeError where it is neither. */
  #tensor(index: number): Tensor {
    const known = this.#tensors.get(index);
    if (known !== undefined) return known;
    const described = this.#described(index);
    if (described.bytes.length === 0) throw new RangeError(`${described.name} is computed nowhere`);
    const tensor: Tensor = { dims: described.dims, planar: false, source: readConstant(described) };
    this.#tensors.set(index, tensor);
    return tensor;
  }

  #described(index: number) {
    const tensor = this.#model.tensors[index];
    if (tensor === undefined) throw new TfliteError(`There is no tensor ${index}`);
    return tensor;
  }
}
