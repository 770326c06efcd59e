import {
  type Constant,
  constant,
  type Expression,
  operation,
  singles,
  type Value,
} from "../onnx/expression.ts";
import { ints } from "../onnx/model.ts";

/** A tensor of a TFLite model, and what holds it in the ONNX graph. */
export interface Tensor {
  /** In TFLite's order: pictures are N x H x W x C. */
  readonly dims: readonly number[];
  /** Whether the graph holds it as a picture in ONNX's order, N x C x H x W. */
  readonly planar: boolean;
  readonly source: Value | Constant;
}

/** Where ONNX's axes N, C, H, W are in TFLite's order. */
const toPlanar = [0, 3, 1, 2];
/** Where TFLite's axes N, H, W, C are in ONNX's order. */
const fromPlanar = [0, 2, 3, 1];

/** TFLite's shape or axes of a picture in ONNX's order. @throws RangeError where it is none. */
export function planarOrder<Item>(items: readonly Item[]): Item[] {
  if (items.length !== toPlanar.length) throw new RangeError("only pictures of four axes are supported here");
  return toPlanar.map((axis) => items[axis] as Item);
}

/** The tensor in TFLite's order. */
export function channelsLast({ planar, source }: Tensor): Expression {
  return planar ? operation("Transpose", [source], { perm: ints(fromPlanar) }) : source;
}

/** A picture in ONNX's order. @throws RangeError where it is none. */
export function channelsFirst({ dims, planar, source }: Tensor): Expression {
  if (planar) return source;
  planarOrder(dims);
  return operation("Transpose", [source], { perm: ints(toPlanar) });
}

/** A constant of four axes with its axes in another order: `order` tells where each of the new ones was. */
export function permute(value: Constant, order: readonly number[]): Constant {
  const strides = value.dims.map((_, axis) =>
    value.dims.slice(axis + 1).reduce((product, dim) => product * dim, 1),
  );
  const dims = order.map((axis) => value.dims[axis] as number);
  const steps = order.map((axis) => strides[axis] as number);
  const [d0 = 1, d1 = 1, d2 = 1, d3 = 1] = dims;
  const [s0 = 0, s1 = 0, s2 = 0, s3 = 0] = steps;
  const from = singles(value);
  const data = new Float32Array(from.length);
  let to = 0;
  for (let a = 0; a < d0; a++)
    for (let b = 0; b < d1; b++)
      for (let c = 0; c < d2; c++)
        for (let d = 0; d < d3; d++) data[to++] = from[a * s0 + b * s1 + c * s2 + d * s3] as number;
  return constant(data, dims);
}
