import { int, ints, type OnnxGraph } from "../../../src/nets/onnx/model.ts";
import { GraphBuilder } from "./graphBuilder.ts";
import { head, type Marker, markerRadius, markers } from "./layout.ts";

/** One of the detector's three output grids, and the faces that it answers for. Lengths in its own cells. */
interface Grid {
  /** Pixels of a cell. */
  readonly stride: number;
  /** Face sizes: certain between the two in the middle, gone at the outer two. */
  readonly sizes: readonly [number, number, number, number];
  /**
   * A cell sees the cells up to this far from it, centre to centre: enough to hold the markers of its largest
   * face, too few to reach those of another face that is 1.6 sizes away from all but its smallest.
   */
  readonly reach: number;
}

const finestStride = 8;

const grids: readonly Grid[] = [
  { stride: finestStride, sizes: [2.3, 2.6, 7.5, 7.8], reach: 3.2 },
  { stride: 16, sizes: [3, 3.3, 8.8, 9.2], reach: 3.7 },
  { stride: 32, sizes: [3.5, 3.7, 10.2, 10.6], reach: 4.75 },
];

/** Saturation (lowest channel that is on, less the highest that is off) from which a pixel counts, of 255. */
const leastSaturation = 36;

/**
 * What five patches of colour must be like to be a face: each condition is met in full up to the first bound
 * and not at all from the second.
 */
const bounds = {
  /** Saturation of the faintest marker, summed over its area; 1 is full saturation, area in squares of the size. */
  mass: [0.0012, 0.0006],
  /** Variance of the most scattered marker, in squares of the size. A disc has half the square of its radius. */
  scatter: [markerRadius ** 2 / 2 + 0.01, markerRadius ** 2 / 2 + 0.016],
  /** Squared distances of the points to the template's best fit, by the template's own from its centroid. */
  misfit: [0.02, 0.04],
  /** Cosine of the rotation: upright to 45 degrees, gone at 60. */
  uprightness: [Math.SQRT1_2, 0.5],
  /** Distance of the points' centroid to the cell's centre along either axis, in cells. */
  distance: [0.5, 0.65],
} as const;

/** Stands in for a divisor of zero. */
const tiny = 1e-6;

/** The four moments of a marker's colour: mass, the two first ones, and the second one about the centre. */
const momentCount = 4;

const markerCount = markers.length;

/**
 * Graph of the detector of drawn faces, with the contract of YuNet: input `input`, 1 x 3 x H x W (BGR, 0..255,
 * H and W multiples of 32); outputs `cls_S`, `obj_S`, `bbox_S` and `kps_S` of 1, 1, 4 and 10 values for each
 * cell of S = 8, 16 and 32 pixels, row by row.
 *
 * Each cell takes the moments of the five marker colours around it. The first ones, divided by the mass, are
 * the five points; the similarity transform that fits the layout to them gives the box; and how small the
 * patches are and how well they fit decides whether it is a face. Moments of a coarser grid are sums of those
 * of the finer one, so that each pixel is looked at once.
 */
export function drawnFacesDetector(): OnnxGraph {
  const graph = new GraphBuilder();
  let moments = pixelMoments(graph, markerMasks(graph, "input"));
  for (const grid of grids) {
    if (grid.stride > finestStride) moments = coarserMoments(graph, moments);
    addGrid(graph, grid, windowMoments(graph, moments, grid.reach));
  }
  return graph.build("drawn-faces-detector", [{ name: "input", dims: ["batch", 3, "height", "width"] }]);
}

/**
 * How much a pixel has of each marker's colour, 0..1, less {@link leastSaturation}. Each colour has two pairs
 * of a channel that is on and one that is off: the lesser difference counts.
 *
 * @returns N x 5 x H x W.
 */
function markerMasks(graph: GraphBuilder, image: string): string {
  const [first, second] = [0, 1].map((pair) => {
    const weights = markers.flatMap((marker) => differenceWeights(marker, pair));
    const bias = markers.map(() => -leastSaturation / 255);
    return graph.add("Conv", [
      image,
      graph.floats([markerCount, 3, 1, 1], weights),
      graph.floats([markerCount], bias),
    ]);
  }) as [string, string];
  return graph.add("Relu", [graph.add("Min", [first, second])]);
}

function differenceWeights({ colour }: Marker, pair: number): number[] {
  const [red, green, blue] = colour;
  const channels = [blue, green, red];
  const pairs = channels.flatMap((on, i) =>
    channels.flatMap((off, j) => (on === 1 && off === 0 ? [{ on: i, off: j }] : [])),
  );
  const { on, off } = pairs[pair] as { on: number; off: number };
  return channels.map((_, channel) => (channel === on ? 1 : channel === off ? -1 : 0) / 255);
}

/**
 * Moments of each cell about its own centre, with the cell as the unit of length.
 *
 * @returns N x 20 x H/8 x W/8: four moments of each marker.
 */
function pixelMoments(graph: GraphBuilder, masks: string): string {
  const stride = finestStride;
  const offsets = Array.from({ length: stride }, (_, pixel) => (pixel + 0.5) / stride - 0.5);
  const kernel = momentsOfPoint.flatMap((moment) =>
    offsets.flatMap((y) => offsets.map((x) => moment(x, y) / stride ** 2)),
  );
  const weights = graph.floats(
    [markerCount * momentCount, 1, stride, stride],
    markers.flatMap(() => kernel),
  );
  return graph.add("Conv", [masks, weights], { strides: ints([stride, stride]), group: int(markerCount) });
}

const momentsOfPoint: readonly ((x: number, y: number) => number)[] = [
  () => 1,
  (x) => x,
  (_, y) => y,
  (x, y) => x * x + y * y,
];

/** Moments of cells of twice the size, about their own centres and in their own unit. */
function coarserMoments(graph: GraphBuilder, moments: string): string {
  const weights = shiftKernel([-0.25, 0.25], 0.5, () => 1 / 4);
  return graph.add("Conv", [moments, graph.floats([markerCount * momentCount, momentCount, 2, 2], weights)], {
    strides: ints([2, 2]),
    group: int(markerCount),
  });
}

/** Moments of all that a cell sees, about the cell's centre. Beyond the image there is nothing. */
function windowMoments(graph: GraphBuilder, moments: string, reach: number): string {
  const radius = Math.floor(reach);
  const side = 2 * radius + 1;
  const offsets = Array.from({ length: side }, (_, index) => index - radius);
  const weights = shiftKernel(offsets, 1, (x, y) => (Math.hypot(x, y) <= reach ? 1 : 0));
  return graph.add(
    "Conv",
    [moments, graph.floats([markerCount * momentCount, momentCount, side, side], weights)],
    { pads: ints([radius, radius, radius, radius]), group: int(markerCount) },
  );
}

/**
 * Kernel [20 x 4 x side x side] that adds up the moments of cells whose centres lie at the offsets: where
 * a cell's own x becomes x * unit + dx, its moments follow from the binomial theorem.
 */
function shiftKernel(
  offsets: readonly number[],
  unit: number,
  share: (x: number, y: number) => number,
): number[] {
  const plane = (weight: (x: number, y: number) => number) =>
    offsets.flatMap((y) => offsets.map((x) => weight(x, y) * share(x, y)));
  const zero = plane(() => 0);
  const kernel = [
    [plane(() => 1), zero, zero, zero],
    [plane((x) => x), plane(() => unit), zero, zero],
    [plane((_, y) => y), zero, plane(() => unit), zero],
    [
      plane((x, y) => x * x + y * y),
      plane((x) => 2 * unit * x),
      plane((_, y) => 2 * unit * y),
      plane(() => unit ** 2),
    ],
  ].flat(2);
  return markers.flatMap(() => kernel);
}

/** Reads faces out of the moments of one grid, and adds its four outputs. */
function addGrid(graph: GraphBuilder, { stride, sizes }: Grid, moments: string): void {
  const scalar = (value: number) => graph.floats([], [value]);
  const plus = (...terms: readonly [string, ...string[]]) => terms.reduce((a, b) => graph.add("Add", [a, b]));
  const times = (...factors: readonly [string, ...string[]]) =>
    factors.reduce((a, b) => graph.add("Mul", [a, b]));
  const minus = (a: string, b: string) => graph.add("Sub", [a, b]);
  const over = (a: string, b: string) => graph.add("Div", [a, b]);
  const square = (value: string) => times(value, value);
  const channels = { axis: int(1) };

  const [mass, firstX, firstY, second] = Array.from({ length: momentCount }, (_, moment) =>
    graph.add("Slice", [
      moments,
      graph.integers([moment]),
      graph.integers([markerCount * momentCount]),
      graph.integers([1]),
      graph.integers([momentCount]),
    ]),
  ) as [string, string, string, string];
  const divisor = graph.add("Max", [mass, scalar(tiny)]);
  const x = over(firstX, divisor);
  const y = over(firstY, divisor);
  const squaredDistance = plus(square(x), square(y));
  const scatter = minus(over(second, divisor), squaredDistance);

  // The similarity transform of the layout to the points: x -> a x - b y + shift, y -> b x + a y + shift.
  const points = graph.add("Concat", [x, y], channels);
  const fit = graph.add("Conv", [points, graph.floats([4, 2 * markerCount, 1, 1], fitWeights())]);
  const [centroidX, centroidY, a, b] = graph.addMany("Split", [fit], 4, channels) as [
    string,
    string,
    string,
    string,
  ];
  const squareA = square(a);
  const squareB = square(b);
  const squareSize = graph.add("Max", [plus(squareA, squareB), scalar(tiny)]);
  const size = graph.add("Sqrt", [squareSize]);
  const bySize = (value: string) => over(value, squareSize);

  const overMarkers = { axes: ints([1]) };
  const ownSpread = minus(
    graph.add("ReduceSum", [squaredDistance, graph.integers([1])]),
    times(scalar(markerCount), plus(square(centroidX), square(centroidY))),
  );
  const misfit = minus(times(bySize(ownSpread), scalar(1 / layoutSpread)), scalar(1));
  const distance = graph.add("Max", [graph.add("Abs", [centroidX]), graph.add("Abs", [centroidY])]);
  const met = (value: string, [full, none]: readonly [number, number]) => {
    const ramp = times(minus(value, scalar(none)), scalar(1 / (full - none)));
    return graph.add("Clip", [ramp, scalar(0), scalar(1)]);
  };
  const score = times(
    met(bySize(graph.add("ReduceMin", [mass], overMarkers)), bounds.mass),
    met(bySize(graph.add("ReduceMax", [scatter], overMarkers)), bounds.scatter),
    met(misfit, bounds.misfit),
    met(over(a, size), bounds.uprightness),
    met(distance, bounds.distance),
    met(size, [sizes[1], sizes[0]]),
    met(size, [sizes[2], sizes[3]]),
  );

  // The head's ellipse, turned and scaled: its centre, and the half widths of the box around it.
  const toCentre = { x: head.centre.x - layoutCentroid.x, y: head.centre.y - layoutCentroid.y };
  const half = scalar(0.5);
  const centreX = plus(centroidX, times(a, scalar(toCentre.x)), times(b, scalar(-toCentre.y)), half);
  const centreY = plus(centroidY, times(b, scalar(toCentre.x)), times(a, scalar(toCentre.y)), half);
  const logSide = (alongA: number, alongB: number) => {
    const squareSide = plus(
      times(squareA, scalar((2 * alongA) ** 2)),
      times(squareB, scalar((2 * alongB) ** 2)),
    );
    return times(graph.add("Log", [graph.add("Max", [squareSide, scalar(tiny)])]), half);
  };
  const bbox = graph.add(
    "Concat",
    [centreX, centreY, logSide(head.radiusX, head.radiusY), logSide(head.radiusY, head.radiusX)],
    channels,
  );
  const interleaved = graph.integers(markers.flatMap((_, marker) => [marker, marker + markerCount]));
  const kps = plus(graph.add("Gather", [points, interleaved], channels), half);

  const outputs = { cls: score, obj: score, bbox, kps };
  const valueCounts = { cls: 1, obj: 1, bbox: 4, kps: 2 * markerCount };
  for (const name of ["cls", "obj", "bbox", "kps"] as const) {
    const cells = graph.add("Transpose", [outputs[name]], { perm: ints([0, 2, 3, 1]) });
    const count = valueCounts[name];
    graph.output(
      { name: `${name}_${stride}`, dims: ["batch", `cells_${stride}`, count] },
      graph.add("Reshape", [cells, graph.integers([0, -1, count])]),
    );
  }
}

const layoutCentroid = {
  x: markers.reduce((sum, { at }) => sum + at.x, 0) / markerCount,
  y: markers.reduce((sum, { at }) => sum + at.y, 0) / markerCount,
};

const layoutPoints = markers.map(({ at }) => ({ x: at.x - layoutCentroid.x, y: at.y - layoutCentroid.y }));

/** Sum of the squared distances of the layout's points to their centroid. */
const layoutSpread = layoutPoints.reduce((sum, { x, y }) => sum + x * x + y * y, 0);

/**
 * Matrix [4 x 10] that takes the points (all x, then all y) to their centroid and to a and b of the
 * least-squares similarity transform: S. Umeyama, "Least-squares estimation of transformation parameters
 * between two point patterns" (IEEE PAMI 13, 1991).
 */
function fitWeights(): number[] {
  const xs = layoutPoints.map(({ x }) => x / layoutSpread);
  const ys = layoutPoints.map(({ y }) => y / layoutSpread);
  const mean = markers.map(() => 1 / markerCount);
  const none = markers.map(() => 0);
  return [
    [...mean, ...none],
    [...none, ...mean],
    [...xs, ...ys],
    [...ys.map((y) => -y), ...xs],
  ].flat();
}
