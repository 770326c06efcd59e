import { type Constant, type Expression, operation, type Value } from "../onnx/expression.ts";
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
