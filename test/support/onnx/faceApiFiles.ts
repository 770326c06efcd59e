/** A tensor of a made-up net: its numbers, and how they are stored where not as `float32`. */
export interface FaceApiTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
  readonly quantization?: { readonly dtype: "uint8"; readonly scale: number; readonly min: number };
}

/** The files of a net as TensorFlow.js writes them. For tests. */
export interface FaceApiFiles {
  readonly manifest: Uint8Array;
  readonly bin: Uint8Array;
}

/** Writes manifest and weights; quantised data must be of whole steps. */
export function writeFaceApiFiles(tensors: readonly FaceApiTensor[]): FaceApiFiles {
  const weights = tensors.map(({ name, shape, quantization }) => ({
    name,
    shape,
    dtype: "float32",
    ...(quantization && { quantization }),
  }));
  const parts = tensors.map(({ data, quantization }) =>
    quantization === undefined
      ? Buffer.from(data.buffer, data.byteOffset, data.byteLength)
      : Buffer.from(Uint8Array.from(data, (value) => (value - quantization.min) / quantization.scale)),
  );
  return {
    manifest: new TextEncoder().encode(JSON.stringify([{ weights, paths: ["net.bin"] }])),
    bin: Buffer.concat(parts),
  };
}

/** How many channels each convolution of a made-up net for age and gender has. */
export interface AgeGenderWidths {
  readonly entry: number;
  readonly middle: number;
  readonly exit: number;
}

/** The shapes of face-api's net for age and gender, of any width. */
export function ageGenderShapes({ entry, middle, exit }: AgeGenderWidths): [string, number[]][] {
  return [
    ...convolution("entry_flow/conv_in", 3, 3, entry),
    ...reduction("entry_flow/reduction_block_0", entry, middle),
    ...reduction("entry_flow/reduction_block_1", middle, middle),
    ...[0, 1].flatMap((block) =>
      [0, 1, 2].flatMap((layer) =>
        separable(`middle_flow/main_block_${block}/separable_conv${layer}`, middle, middle),
      ),
    ),
    ...reduction("exit_flow/reduction_block", middle, exit),
    ...separable("exit_flow/separable_conv", exit, exit),
    ["fc/age/weights", [exit, 1]],
    ["fc/age/bias", [1]],
    ["fc/gender/weights", [exit, 2]],
    ["fc/gender/bias", [2]],
  ];
}

/** The shapes of face-api's net for expressions, of any widths of its four blocks. */
export function expressionShapes(widths: readonly [number, number, number, number]): [string, number[]][] {
  return [
    ...widths.flatMap((width, block) => [
      ...(block === 0
        ? convolution("dense0/conv0", 3, 3, width)
        : separable(`dense${block}/conv0`, widths[block - 1] as number, width)),
      ...[1, 2, 3].flatMap((layer) => separable(`dense${block}/conv${layer}`, width, width)),
    ]),
    ["fc/weights", [widths[3], 7]],
    ["fc/bias", [7]],
  ];
}

function convolution(name: string, kernel: number, from: number, to: number): [string, number[]][] {
  return [
    [`${name}/filters`, [kernel, kernel, from, to]],
    [`${name}/bias`, [to]],
  ];
}

function separable(name: string, from: number, to: number): [string, number[]][] {
  return [
    [`${name}/depthwise_filter`, [3, 3, from, 1]],
    [`${name}/pointwise_filter`, [1, 1, from, to]],
    [`${name}/bias`, [to]],
  ];
}

function reduction(name: string, from: number, to: number): [string, number[]][] {
  return [
    ...separable(`${name}/separable_conv0`, from, to),
    ...separable(`${name}/separable_conv1`, to, to),
    ...convolution(`${name}/expansion_conv`, 1, from, to),
  ];
}
