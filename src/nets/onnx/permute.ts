import { type Constant, constant, singles } from "./expression.ts";

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
