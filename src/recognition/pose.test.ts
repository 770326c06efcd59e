import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { type FivePoints, type Point, pointList } from "./geometry.ts";
import { estimatePose } from "./pose.ts";

/** A symmetric face whose nose lies where a frontal one's does. */
const frontal: FivePoints = {
  eyeLeft: { x: -50, y: 0 },
  eyeRight: { x: 50, y: 0 },
  nose: { x: 0, y: 49.27 },
  mouthLeft: { x: -40, y: 100 },
  mouthRight: { x: 40, y: 100 },
};

const withNose = (x: number, y: number): FivePoints => ({ ...frontal, nose: { x, y } });

function map(points: FivePoints, change: (point: Point) => Point): FivePoints {
  const [eyeLeft, eyeRight, nose, mouthLeft, mouthRight] = pointList(points).map(change) as [
    Point,
    Point,
    Point,
    Point,
    Point,
  ];
  return { eyeLeft, eyeRight, nose, mouthLeft, mouthRight };
}

function turn(points: FivePoints, degrees: number): FivePoints {
  const cos = Math.cos((degrees * Math.PI) / 180);
  const sin = Math.sin((degrees * Math.PI) / 180);
  return map(points, ({ x, y }) => ({ x: cos * x - sin * y, y: sin * x + cos * y }));
}

function mirror(points: FivePoints): FivePoints {
  const flip = ({ x, y }: Point) => ({ x: -x, y });
  return {
    eyeLeft: flip(points.eyeRight),
    eyeRight: flip(points.eyeLeft),
    nose: flip(points.nose),
    mouthLeft: flip(points.mouthRight),
    mouthRight: flip(points.mouthLeft),
  };
}

const anyFace = fc
  .record({
    x: fc.double({ min: -40, max: 40, noNaN: true }),
    y: fc.double({ min: 10, max: 90, noNaN: true }),
  })
  .map(({ x, y }) => withNose(x, y));

describe("estimatePose", () => {
  test("a symmetric face looks straight ahead", () => {
    const { roll, yaw, pitch } = estimatePose(frontal);
    expect(roll).toBeCloseTo(0, 9);
    expect(yaw).toBeCloseTo(0, 9);
    expect(pitch).toBeCloseTo(0, 9);
  });

  test("yaw grows with the nose towards the image's right, pitch with the nose towards the eyes", () => {
    const yaws = [-40, -20, 0, 20, 40].map((x) => estimatePose(withNose(x, 49.27)).yaw);
    expect(yaws).toEqual([...yaws].sort((a, b) => a - b));
    expect(yaws[0]).toBeLessThan(-20);
    expect(yaws[4]).toBeGreaterThan(20);
    const pitches = [80, 60, 49.27, 40, 20].map((y) => estimatePose(withNose(0, y)).pitch);
    expect(pitches).toEqual([...pitches].sort((a, b) => a - b));
    expect(pitches[0]).toBeLessThan(-20);
    expect(pitches[4]).toBeGreaterThan(20);
  });

  test("roll is the turn in the image plane, positive when the image's right eye is lower", () => {
    expect(estimatePose({ ...frontal, eyeRight: { x: 50, y: 20 } }).roll).toBeGreaterThan(5);
    for (const degrees of [-170, -90, -30, 15, 90, 179]) {
      expect(estimatePose(turn(frontal, degrees)).roll).toBeCloseTo(degrees, 6);
    }
  });

  test("yaw and pitch do not depend on size, place and roll", () => {
    const anyRoll = fc.double({ min: -179, max: 179, noNaN: true });
    const anySize = fc.double({ min: 0.1, max: 10, noNaN: true });
    const anyShift = fc.integer({ min: -500, max: 500 });
    fc.assert(
      fc.property(anyFace, anyRoll, anySize, anyShift, (face, roll, size, shift) => {
        const moved = map(turn(face, roll), ({ x, y }) => ({ x: x * size + shift, y: y * size - shift }));
        const before = estimatePose(face);
        const after = estimatePose(moved);
        expect(after.yaw).toBeCloseTo(before.yaw, 5);
        expect(after.pitch).toBeCloseTo(before.pitch, 5);
      }),
    );
  });

  test("the mirror image has the opposite yaw and roll, and the same pitch", () => {
    fc.assert(
      fc.property(anyFace, fc.double({ min: -80, max: 80, noNaN: true }), (face, roll) => {
        const pose = estimatePose(turn(face, roll));
        const mirrored = estimatePose(mirror(turn(face, roll)));
        expect(mirrored.roll).toBeCloseTo(-pose.roll, 6);
        expect(mirrored.yaw).toBeCloseTo(-pose.yaw, 6);
        expect(mirrored.pitch).toBeCloseTo(pose.pitch, 6);
      }),
    );
  });

  test("is finite where all points fall together", () => {
    const nowhere = map(frontal, () => ({ x: 3, y: 3 }));
    expect(Object.values(estimatePose(nowhere)).every(Number.isFinite)).toBe(true);
  });
});

/**
 * Landmarks and poses that Rekognition answered. Landmarks are ratios of an image whose shape is not known:
 * `aspect` is the common one (width by height) at which the eyes' line has the recorded roll.
 */
const recorded = [
  {
    operation: "DetectFaces",
    aspect: 3 / 4,
    points: {
      eyeLeft: { x: 0.550325870513916, y: 0.3533038794994354 },
      eyeRight: { x: 0.7308822870254517, y: 0.37301766872406006 },
      nose: { x: 0.6931577324867249, y: 0.47005921602249146 },
      mouthLeft: { x: 0.5591384172439575, y: 0.5958731174468994 },
      mouthRight: { x: 0.7091121673583984, y: 0.6115087866783142 },
    },
    pose: { roll: 7.98797082901001, yaw: 17.846946716308594, pitch: 10.816276550292969 },
  },
  {
    operation: "IndexFaces",
    aspect: 3 / 2,
    points: {
      eyeLeft: { x: 0.3552703559398651, y: 0.4217078685760498 },
      eyeRight: { x: 0.46738916635513306, y: 0.4219686686992645 },
      nose: { x: 0.36787378787994385, y: 0.525931715965271 },
      mouthLeft: { x: 0.3594403862953186, y: 0.6365174651145935 },
      mouthRight: { x: 0.4524805545806885, y: 0.6375746130943298 },
    },
    pose: { roll: -0.6732970476150513, yaw: -24.356441497802734, pitch: 5.273322582244873 },
  },
  {
    operation: "CompareFaces",
    aspect: 1,
    points: {
      eyeLeft: { x: 0.3311458230018616, y: 0.23069821298122406 },
      eyeRight: { x: 0.4493752121925354, y: 0.19459927082061768 },
      nose: { x: 0.4035894572734833, y: 0.2478761076927185 },
      mouthLeft: { x: 0.3778688907623291, y: 0.3428681194782257 },
      mouthRight: { x: 0.4760811924934387, y: 0.31266656517982483 },
    },
    pose: { roll: -17.37175941467285, yaw: 0.9259606003761292, pitch: 29.309341430664062 },
  },
] as const;

describe("estimatePose beside Rekognition's recorded answers", () => {
  test.each(recorded)("$operation: within 8 degrees, of the same sign", ({ aspect, points, pose }) => {
    const estimate = estimatePose(map(points, ({ x, y }) => ({ x: x * aspect, y })));
    for (const angle of ["roll", "yaw", "pitch"] as const) {
      expect(Math.abs(estimate[angle] - pose[angle])).toBeLessThan(8);
      if (Math.abs(pose[angle]) > 1) expect(Math.sign(estimate[angle])).toBe(Math.sign(pose[angle]));
    }
  });
});
