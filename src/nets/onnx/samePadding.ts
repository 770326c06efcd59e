/** A window that slides along one axis, in elements. */
export interface SlidingAxis {
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
}

/**
 * What TensorFlow's padding `SAME` adds before and after an axis: as much as makes the output the input's size divided
 * by the stride, the odd element at the end.
 *
 * @param input size of the axis.
 * @param output its size in the output.
 */
export function samePadding(
  input: number,
  output: number,
  { kernel, stride, dilation }: SlidingAxis,
): readonly [number, number] {
  const reach = (output - 1) * stride + (kernel - 1) * dilation + 1;
  const missing = Math.max(0, reach - input);
  return [missing >> 1, (missing + 1) >> 1];
}
