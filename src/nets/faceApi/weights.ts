import { z } from "zod";
import { type Constant, constant } from "../onnx/expression.ts";
import { FaceApiError } from "./error.ts";

/** What TensorFlow.js writes beside weights: which tensors follow one another in the file, and how they are stored. */
const manifestSchema = z
  .array(
    z.object({
      weights: z.array(
        z.object({
          name: z.string(),
          shape: z.array(z.int().positive()),
          dtype: z.literal("float32"),
          quantization: z
            .object({ dtype: z.literal("uint8"), scale: z.number(), min: z.number() })
            .optional(),
        }),
      ),
    }),
  )
  .length(1);

type Described = z.infer<typeof manifestSchema>[number]["weights"][number];

/** The tensors of a net by name. */
export class Weights {
  readonly #tensors: Map<string, Constant>;

  /**
   * Reads a net's tensors: `float32`, or `uint8` that are widened to `scale * value + min`.
   *
   * @param manifest TensorFlow.js's weights manifest, of one group.
   * @param bin the group's file.
   * @throws FaceApiError for a manifest of another form, and for a file of another size than it tells.
   */
  constructor(manifest: Uint8Array, bin: Uint8Array) {
    const described = parseManifest(manifest);
    const size = described.reduce((sum, tensor) => sum + byteLength(tensor), 0);
    if (size !== bin.length) {
      throw new FaceApiError(`The manifest tells of ${size} bytes of weights, the file has ${bin.length}`);
    }
    let offset = 0;
    this.#tensors = new Map();
    for (const tensor of described) {
      const end = offset + byteLength(tensor);
      this.#tensors.set(tensor.name, constant(elements(tensor, bin.subarray(offset, end)), tensor.shape));
      offset = end;
    }
  }

  /**
   * Takes a tensor out, so that what is left over at the end is known.
   *
   * @param axes how many it must have.
   * @throws FaceApiError where there is none, or no more.
   */
  take(name: string, axes: number): Constant {
    const tensor = this.#tensors.get(name);
    if (tensor?.dims.length !== axes) throw new FaceApiError(`The net has no tensor ${name} of ${axes} axes`);
    this.#tensors.delete(name);
    return tensor;
  }

  /** @throws FaceApiError where tensors were not taken: the net is another one. */
  finish(): void {
    const [left] = this.#tensors.keys();
    if (left !== undefined) throw new FaceApiError(`The tensor ${left} has no place in this net`);
  }
}

function parseManifest(bytes: Uint8Array): readonly Described[] {
  try {
    const [group] = manifestSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
    return group?.weights ?? [];
  } catch (cause) {
    throw new FaceApiError("The file is no manifest of a net's weights", { cause });
  }
}

function byteLength({ shape, quantization }: Described): number {
  const bytes = quantization === undefined ? Float32Array.BYTES_PER_ELEMENT : 1;
  return shape.reduce((product, dim) => product * dim, bytes);
}

function elements({ quantization }: Described, bytes: Uint8Array): Float32Array {
  // A copy, for typed arrays must be aligned.
  if (quantization === undefined) return new Float32Array(Uint8Array.from(bytes).buffer);
  const { scale, min } = quantization;
  return Float32Array.from(bytes, (value) => scale * value + min);
}
