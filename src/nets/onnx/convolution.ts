import type { OnnxNode, OnnxTensor } from "./model.ts";

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

/** How many channels of zeros a `Pad` of a picture appends, where that is all it does. */
export function appendedChannels({ opType, inputs, attributes }: OnnxNode, amounts: OnnxTensor | undefined) {
  if (opType !== "Pad" || inputs.length !== 2 || attributes?.mode !== undefined || amounts?.data.length !== 8)
    return;
  const [added = 0, ...others] = Array.from(amounts.data, Number).toSorted((a, b) => b - a);
  const appended = Number(amounts.data[5]);
  return appended > 0 && appended === added && others.every((amount) => amount === 0) ? appended : undefined;
}
