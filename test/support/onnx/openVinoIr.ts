/** A layer of a synthetic IR. Inputs are names of other layers, optionally with an output port: `pool:1`. */
export interface TestLayer {
  readonly name: string;
  readonly type: string;
  readonly data?: Readonly<Record<string, string | number>>;
  readonly inputs?: readonly string[];
  /** Shapes of the outputs; none for a `Result`. */
  readonly outputs?: readonly (readonly number[])[];
  /** The `names` attribute of the first output port. */
  readonly names?: string;
}

/** Writes an OpenVINO IR topology. For tests. */
export function writeIr(layers: readonly TestLayer[], version = "11"): Uint8Array {
  const attributes = (values: Readonly<Record<string, string | number>>) =>
    Object.entries(values)
      .map(([name, value]) => ` ${name}="${value}"`)
      .join("");
  const idOf = (name: string) => layers.findIndex((layer) => layer.name === name);
  const layerElements = layers.map(({ name, type, data = {}, inputs = [], outputs = [], names }, id) => {
    const inputPorts = inputs.map((_, port) => `<port id="${port}"><dim>1</dim></port>`);
    const outputPorts = outputs.map((dims, index) => {
      const port = { id: inputs.length + index, ...(index === 0 && names && { names }) };
      return `<port${attributes(port)}>${dims.map((dim) => `<dim>${dim}</dim>`).join("")}</port>`;
    });
    return `<layer${attributes({ id, name, type, version: "opset1" })}><data${attributes(data)}/>
      ${inputs.length > 0 ? `<input>${inputPorts.join("")}</input>` : ""}
      ${outputs.length > 0 ? `<output>${outputPorts.join("")}</output>` : ""}</layer>`;
  });
  const edges = layers.flatMap(({ inputs = [] }, to) =>
    inputs.map((input, port) => {
      const [from = "", output = 0] = input.split(":");
      const source = idOf(from);
      const fromPort = (layers[source]?.inputs?.length ?? 0) + Number(output);
      return `<edge${attributes({ "from-layer": source, "from-port": fromPort, "to-layer": to, "to-port": port })}/>`;
    }),
  );
  return new TextEncoder().encode(
    `<?xml version="1.0"?><net name="test" version="${version}"><layers>${layerElements.join("")}</layers>
     <edges>${edges.join("")}</edges></net>`,
  );
}
