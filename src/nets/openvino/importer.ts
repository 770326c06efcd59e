import type { Constant, Value } from "../onnx/expression.ts";
import { GraphWriter } from "../onnx/graphWriter.ts";
import type { OnnxGraph, OnnxValue } from "../onnx/model.ts";
import { LayerAttributes } from "./attributes.ts";
import { OpenVinoError } from "./error.ts";
import { type IrLayer, type IrModel, parseIr } from "./ir.ts";
import { layerConverters } from "./layers.ts";
import { readConstant } from "./weights.ts";

/** Name of the free batch dimension of imported models. */
const freeBatch = "N";

/**
 * Reads an OpenVINO IR (version 10 or 11) made for a batch of one, as an ONNX graph that takes any batch.
 *
 * Numbers are those of the IR in single precision: half precision is widened, quantised weights are expanded.
 * Inputs and outputs have the names of the model that the IR was made of, where it keeps them, else the names of
 * their layers. `values` declares the shape of what each layer computes.
 *
 * @param file named in errors
 * @throws OpenVinoError naming the layer and its type where a type, attribute or form is not known.
 */
export function importOpenVino(xml: Uint8Array, weights: Uint8Array, file = "OpenVINO model"): OnnxGraph {
  try {
    return new Importer(parseIr(xml), weights).graph();
  } catch (error) {
    throw error instanceof OpenVinoError ? error.in(file) : error;
  }
}

class Importer {
  readonly #model: IrModel;
  readonly #weights: Uint8Array;
  readonly #layers: ReadonlyMap<string, IrLayer>;
  /** Names of inputs and outputs, by layer: the model's interface, which other names give way to. */
  readonly #interface: ReadonlyMap<string, string>;
  readonly #converted = new Map<string, Value | Constant>();
  readonly #writer = new GraphWriter();
  readonly #inputs: OnnxValue[] = [];
  readonly #values: OnnxValue[] = [];

  constructor(model: IrModel, weights: Uint8Array) {
    this.#model = model;
    this.#weights = weights;
    this.#layers = new Map(model.layers.map((layer) => [layer.id, layer]));
    this.#interface = new Map(
      model.layers
        .flatMap(({ id, type, inputs }) =>
          type === "Result" ? inputs.map(({ layer }) => layer) : type === "Parameter" ? [id] : [],
        )
        .map((id) => [id, this.#writer.unique(interfaceName(this.#layers.get(id)))]),
    );
  }

  graph(): OnnxGraph {
    const outputs = this.#model.layers
      .filter(({ type }) => type === "Result")
      .map((result) => {
        const output = this.#input(result, 0);
        if (output.kind === "constant") throw new OpenVinoError("yields a constant", place(result));
        return { name: output.name, dims: batched(output.dims) };
      });
    const named = new Set(outputs.map(({ name }) => name));
    return {
      name: this.#model.name,
      inputs: this.#inputs,
      outputs,
      initializers: this.#writer.initializers,
      values: this.#values.filter(({ name }) => !named.has(name)),
      nodes: this.#writer.nodes,
    };
  }

  #input(layer: IrLayer, index: number): Value | Constant {
    const source = layer.inputs[index];
    const from = source && this.#layers.get(source.layer);
    if (!from) throw new OpenVinoError(`input ${index} comes from a layer that does not exist`, place(layer));
    if (from.outputs.findIndex(({ id }) => id === source.port) !== 0) {
      throw new OpenVinoError(`output port ${source.port} is not supported`, place(from));
    }
    return this.#convert(from);
  }

  #convert(layer: IrLayer): Value | Constant {
    const known = this.#converted.get(layer.id);
    if (known) return known;
    const attributes = new LayerAttributes(layer);
    const converted = this.#checked(layer, () => this.#evaluate(layer, attributes));
    attributes.finish();
    this.#converted.set(layer.id, converted);
    return converted;
  }

  #evaluate(layer: IrLayer, attributes: LayerAttributes): Value | Constant {
    const [port] = layer.outputs;
    if (!port) throw new RangeError("has no output");
    if (layer.type === "Const") return readConstant(attributes, this.#weights);
    if (layer.type === "Parameter") return this.#parameter(layer, attributes);
    const convert = Object.hasOwn(layerConverters, layer.type) ? layerConverters[layer.type] : undefined;
    if (!convert) throw new RangeError("the type is not supported");
    const inputs = layer.inputs.map((_, index) => this.#input(layer, index));
    const expression = convert({ attributes, inputs, outputDims: port.dims });
    if (expression.kind !== "operation") return expression;
    if (port.dims[0] !== 1) throw new RangeError("a batch other than one is not supported");
    const name = this.#writer.emit(expression, this.#name(layer));
    this.#values.push({ name, dims: batched(port.dims) });
    return { kind: "value", name, dims: port.dims };
  }

  #parameter(layer: IrLayer, attributes: LayerAttributes): Value {
    attributes.choice("element_type", { f32: true, f16: true });
    const dims = attributes.integers("shape");
    if (dims[0] !== 1) throw new RangeError("a batch other than one is not supported");
    const name = this.#name(layer);
    this.#inputs.push({ name, dims: batched(dims) });
    return { kind: "value", name, dims };
  }

  /** Names of layers and of tensors are two sets in the IR, and one in ONNX. */
  #name({ id, name }: IrLayer): string {
    return this.#interface.get(id) ?? this.#writer.unique(name);
  }

  #checked<Result>(layer: IrLayer, convert: () => Result): Result {
    try {
      return convert();
    } catch (error) {
      throw error instanceof RangeError
        ? new OpenVinoError(error.message, place(layer), { cause: error })
        : error;
    }
  }
}

const interfaceName = (layer: IrLayer | undefined) => layer?.outputs[0]?.names[0] ?? layer?.name ?? "";
const place = ({ name, type }: IrLayer) => ({ layer: name, type });
const batched = (dims: readonly number[]) => [freeBatch, ...dims.slice(1)];
