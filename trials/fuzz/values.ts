import fc from "fast-check";
import type { Shape, StringShape, StructureShape } from "../../protocol/model.ts";
import { getShape } from "../../protocol/shape.ts";
import { imageBytes } from "./images.ts";
import { collectionIds, faceIds, pageTokens, userIds } from "./known.ts";

const position = fc.noBias(fc.nat());

/** Values for shapes whose random values would lead nowhere. */
const particular: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  CollectionId: fc.constantFrom(...collectionIds),
  FaceId: position.map((at) => faceIds.at(at)),
  Image: fc.oneof(
    { weight: 8, arbitrary: fc.record({ Bytes: imageBytes.map(toBase64) }) },
    {
      weight: 2,
      arbitrary: fc.record(
        { Bytes: imageBytes.map(toBase64), S3Object: fc.constant({ Bucket: "photos", Name: "one.jpg" }) },
        { requiredKeys: [] },
      ),
    },
  ),
  ImageBlob: imageBytes.map(toBase64),
  PaginationToken: position.map((at) => pageTokens.at(at)),
  ResourceArn: fc.constantFrom(
    ...collectionIds.map((name) => `arn:aws:rekognition:us-east-1:000000000000:collection/${name}`),
  ),
  UserId: fc.constantFrom(...userIds),
};

const arbitraries = new Map<string, fc.Arbitrary<unknown>>();

/**
 * Values for a shape, most of them in order, some not: of another type, beside the limits, null, huge, deep. In JSON:
 * blobs are base64, timestamps numbers.
 */
export function valueOfShape(shapeName: string): fc.Arbitrary<unknown> {
  let arbitrary = arbitraries.get(shapeName);
  if (arbitrary === undefined) {
    const shape = getShape(shapeName);
    arbitrary = fc.oneof(
      { weight: 30, arbitrary: particular[shapeName] ?? inOrder(shape) },
      { weight: 1, arbitrary: besideLimits(shape) },
      { weight: 1, arbitrary: anything },
    );
    arbitraries.set(shapeName, arbitrary);
  }
  return arbitrary;
}

function inOrder(shape: Shape): fc.Arbitrary<unknown> {
  switch (shape.type) {
    case "structure":
      return members(shape);
    case "list":
      return fc.array(valueOfShape(shape.member), {
        minLength: shape.min ?? 0,
        maxLength: (shape.min ?? 0) + 3,
      });
    case "map":
      return fc.dictionary(valueOfShape(shape.key).map(String), valueOfShape(shape.value), { maxKeys: 3 });
    case "string":
      return text(shape);
    case "boolean":
      return fc.boolean();
    case "timestamp":
      return fc.nat();
    case "integer":
    case "long":
      return fc.integer({ min: shape.min ?? 0, max: shape.max ?? 5000 });
    case "float":
    case "double":
      return fc.float({ min: shape.min ?? 0, max: shape.max ?? 100, noNaN: true, noDefaultInfinity: true });
    case "blob":
      return fc.uint8Array({ maxLength: 100 }).map(toBase64);
  }
}

function members({ members: all, required = [] }: StructureShape): fc.Arbitrary<unknown> {
  const entries = Object.entries(all).map(([name, target]) => {
    const present = fc.tuple(fc.constant(name), valueOfShape(target));
    const weight = required.includes(name) ? 60 : 1;
    return fc.oneof({ weight, arbitrary: present }, { weight: 1, arbitrary: fc.constant(undefined) });
  });
  return fc
    .tuple(...entries)
    .map((given) => Object.fromEntries(given.filter((entry) => entry !== undefined)));
}

function text({ enum: values, min = 0 }: StringShape): fc.Arbitrary<string> {
  if (values !== undefined) return fc.constantFrom(...values);
  return fc.string({
    unit: fc.constantFrom(..."abcdefABCDEF0123456789-_.:"),
    minLength: min,
    maxLength: min + 12,
  });
}

function besideLimits(shape: Shape): fc.Arbitrary<unknown> {
  switch (shape.type) {
    case "string":
      return sizesBeside(shape).map((size) => "a".repeat(size));
    case "blob":
      // Megabytes are tried, but not often.
      return fc.oneof(
        { weight: 20, arbitrary: fc.constant("") },
        { weight: 1, arbitrary: sizesBeside(shape).map(blobOf) },
      );
    case "list":
      return fc
        .tuple(sizesBeside(shape), valueOfShape(shape.member))
        .map(([size, entry]) => Array(size).fill(entry));
    case "map":
      return sizesBeside(shape).map((size) =>
        Object.fromEntries(Array.from({ length: size }, (_, index) => [`key-${index}`, "value"])),
      );
    case "integer":
    case "long":
    case "float":
    case "double":
      return numbersBeside(shape);
    default:
      return anything;
  }
}

interface Range {
  readonly min?: number;
  readonly max?: number;
}

function sizesBeside({ min = 0, max = 1000 }: Range): fc.Arbitrary<number> {
  return fc.constantFrom(...[min - 1, min, max, max + 1].filter((size) => size >= 0));
}

function numbersBeside({ min = 0, max = 1000 }: Range): fc.Arbitrary<number> {
  return fc.constantFrom(
    min - 1,
    min - 0.001,
    min,
    max,
    max + 0.001,
    max + 1,
    2 ** 31,
    -(2 ** 63),
    1e308,
    5e-324,
  );
}

function blobOf(size: number): string {
  return toBase64(Buffer.alloc(size, 0xff));
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}

const wrongTypes = fc.constantFrom<unknown>(
  null,
  true,
  false,
  0,
  -1,
  1.5,
  "",
  "x",
  [],
  {},
  [[]],
  [null],
  [{}],
  { a: null },
);
const hostileTexts = fc.constantFrom(
  "\u0000",
  "\ud800",
  "\udfff\ud800",
  "\u202e\u2066",
  "é\u0301\u0301",
  "👩‍👩‍👧‍👦",
  "'; DROP TABLE faces; --",
  "../../etc/passwd",
  "\u0024{jndi:ldap://x}",
  "%00%ff%s%n",
  "a".repeat(100_000),
  "=".repeat(4096),
);
const nestings = fc.constantFrom(1, 10, 100, 2000).map((depth) => {
  let value: unknown = [];
  for (let level = 1; level < depth; level++) value = level % 2 === 0 ? [value] : { Image: value };
  return value;
});

/** Values of no shape in particular. */
export const anything: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 8, arbitrary: wrongTypes },
  { weight: 4, arbitrary: hostileTexts },
  { weight: 4, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  { weight: 1, arbitrary: nestings },
);
