import { XMLParser } from "fast-xml-parser";
import { z } from "zod";
import { OpenVinoError } from "./error.ts";

/**
 * The topology file of OpenVINO's intermediate representation, IR versions 10 and 11
 * (https://docs.openvino.ai, "OpenVINO IR format"): layers with numbered ports, and edges between ports.
 */
export interface IrModel {
  readonly name: string;
  /** In file order. */
  readonly layers: readonly IrLayer[];
}

export interface IrLayer {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  /** Attributes of the layer's `data` element, unparsed. */
  readonly data: Readonly<Record<string, string>>;
  /** Sources of the inputs, in the order of the input ports. */
  readonly inputs: readonly IrSource[];
  readonly outputs: readonly IrPort[];
}

/** An output port of another layer. */
export interface IrSource {
  readonly layer: string;
  readonly port: string;
}

export interface IrPort {
  readonly id: string;
  /** Names of the tensor in the model that the IR was made of; the first is its main name. */
  readonly names: readonly string[];
  readonly dims: readonly number[];
}

const irVersions = ["10", "11"];

/** An element without attributes and children is parsed into an empty string. */
const emptyAsObject = (value: unknown) => (value === "" ? {} : value);

const portSchema = z.object({
  id: z.string(),
  names: z.string().default(""),
  dim: z.array(z.coerce.number().int().positive()).default([]),
});
const portsSchema = z.preprocess(emptyAsObject, z.object({ port: z.array(portSchema).default([]) }));

const netSchema = z.object({
  net: z.object({
    name: z.string(),
    version: z.string(),
    layers: z.object({
      layer: z.array(
        z.object({
          id: z.string(),
          name: z.string(),
          type: z.string(),
          data: z.preprocess(emptyAsObject, z.object({}).catchall(z.unknown())).default({}),
          input: portsSchema.default({ port: [] }),
          output: portsSchema.default({ port: [] }),
        }),
      ),
    }),
    edges: z.object({
      edge: z.array(
        z.object({
          "from-layer": z.string(),
          "from-port": z.string(),
          "to-layer": z.string(),
          "to-port": z.string(),
        }),
      ),
    }),
  }),
});

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: "",
  parseAttributeValue: false,
  parseTagValue: false,
  isArray: (name, _path, _isLeaf, isAttribute) =>
    !isAttribute && ["layer", "edge", "port", "dim"].includes(name),
});

/** @throws OpenVinoError for text that is no IR of a known version. */
export function parseIr(xml: Uint8Array): IrModel {
  const { net } = parseNet(xml);
  if (!irVersions.includes(net.version)) {
    throw new OpenVinoError(`IR version ${net.version} is not supported, only ${irVersions.join(" and ")}`);
  }
  const sources = new Map(
    net.edges.edge.map((edge) => [
      `${edge["to-layer"]}:${edge["to-port"]}`,
      { layer: edge["from-layer"], port: edge["from-port"] },
    ]),
  );
  const layers = net.layers.layer.map(({ id, name, type, data, input, output }) => ({
    id,
    name,
    type,
    data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, String(value)])),
    inputs: input.port.map((port) => {
      const source = sources.get(`${id}:${port.id}`);
      if (!source) throw new OpenVinoError(`input port ${port.id} is not connected`, { layer: name, type });
      return source;
    }),
    outputs: output.port.map((port) => ({
      id: port.id,
      names: port.names.split(",").filter((part) => part !== ""),
      dims: port.dim,
    })),
  }));
  return { name: net.name, layers };
}

function parseNet(xml: Uint8Array): z.infer<typeof netSchema> {
  try {
    return netSchema.parse(parser.parse(new TextDecoder().decode(xml)));
  } catch (cause) {
    throw new OpenVinoError("The text is not an OpenVINO IR", undefined, { cause });
  }
}
