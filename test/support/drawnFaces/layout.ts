import type { Point } from "../../../src/recognition/geometry.ts";

/**
 * What a drawn face looks like, shared by the drawing and by the two models that recognise it. Lengths are
 * ratios of the face's size, which is the width of its head and of its box; (0, 0) is the top left corner of
 * the square that an embedder is shown.
 */

type Colour = readonly [red: number, green: number, blue: number];

/** One of the five facial points, drawn as a disc of a colour that nothing else has. */
export interface Marker {
  readonly at: Point;
  /** Each channel fully on (1) or off (0), neither all on nor all off. */
  readonly colour: Colour;
}

/**
 * The five points where face-reidentification-retail-0095 expects them, in the order of detectors and of
 * alignment templates: left and right eye, nose, left and right corner of the mouth, as the viewer sees them.
 */
export const markers: readonly Marker[] = [
  { at: { x: 0.31556875, y: 0.46157411 }, colour: [1, 0, 0] },
  { at: { x: 0.68262292, y: 0.46157411 }, colour: [0, 1, 0] },
  { at: { x: 0.5002625, y: 0.64053929 }, colour: [1, 1, 0] },
  { at: { x: 0.34947188, y: 0.82469196 }, colour: [0, 1, 1] },
  { at: { x: 0.65343645, y: 0.82469196 }, colour: [1, 0, 1] },
];

export const markerRadius = 0.085;

/** The ellipse of the head. Its box is the face's. */
export const head = { centre: { x: 0.5, y: 0.52 }, radiusX: 0.5, radiusY: 0.6 } as const;

/** Greys of the head, 0..255: all without colour, so that they are no markers. */
export const greys = { skin: 160, light: 225, dark: 95 } as const;

/**
 * The blocks that tell who it is, on a square grid over the whole face: each letter is one bit, light for 1
 * and dark for 0; `+` is always light and `-` always dark, to judge the others by; nothing is drawn at a dot.
 * Each block has its like on the other side, for an embedding must not change with the mirror image.
 */
const blockMap = [
  "....abba....",
  "...c+dd+c...",
  "..ef-gg-fe..",
  ".hijkllkjih.",
  ".m...nn...m.",
  ".-........-.",
  ".+........+.",
  ".opq....qpo.",
  ".rs......sr.",
  "............",
  "............",
  ".....tt.....",
] as const;

/** Rows, and columns, of the grid of blocks. */
export const gridSize = blockMap.length;

/** Bits of an identity that the blocks show. */
export const identityBits = 20;

export interface Block {
  readonly row: number;
  readonly column: number;
  /** The bit that the block shows, 0..{@link identityBits} - 1, or its constant shade. */
  readonly shows: number | "light" | "dark";
}

export const blocks: readonly Block[] = blockMap.flatMap((line, row) =>
  [...line].flatMap((letter, column) => (letter === "." ? [] : [{ row, column, shows: shownBy(letter) }])),
);

function shownBy(letter: string): Block["shows"] {
  if (letter === "+") return "light";
  if (letter === "-") return "dark";
  return letter.charCodeAt(0) - "a".charCodeAt(0);
}
