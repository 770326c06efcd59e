import type { OnnxNode } from "./model.ts";

/** Groups of a `Conv` node, of which each sees its own part of the input channels. */
export function groupsOf({ attributes }: OnnxNode): number {
  const group = attributes?.group;
  return group?.type === "int" ? group.value : 1;
}

/** Whether a `Conv` node surrounds its input with zeros. */
export function padsInput({ attributes }: OnnxNode): boolean {
  const pads = attributes?.pads;
  return attributes?.auto_pad !== undefined || (pads?.type === "ints" && pads.value.some((pad) => pad !== 0));
}
