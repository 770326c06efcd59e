import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { formatDouble, formatFloat, formatTimestamp, shortestFloat, storedFloat } from "./numbers.ts";

const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
const finiteFloat = fc.float({ noNaN: true, noDefaultInfinity: true });

describe("formatDouble", () => {
  test.each([
    [100, "100.0"],
    [0, "0.0"],
    [-0, "-0.0"],
    [-17.5, "-17.5"],
    [0.001, "0.001"],
    [0.00092, "9.2E-4"],
    [0.0001, "1.0E-4"],
    [9999999, "9999999.0"],
    [1e7, "1.0E7"],
    [1533422155.042, "1.533422155042E9"],
    [-1.5e21, "-1.5E21"],
  ])("writes %d as Java does", (value, text) => {
    expect(formatDouble(value)).toBe(text);
  });

  test("writes every number so that it reads back the same", () => {
    fc.assert(fc.property(finite, (value) => expect(JSON.parse(formatDouble(value))).toBe(value)));
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY])("refuses %d", (value) => {
    expect(() => formatDouble(value)).toThrow(RangeError);
  });
});

describe("formatFloat", () => {
  test("widens a float32 to a double", () => {
    expect(formatFloat(0.34714133)).toBe("0.3471413254737854");
    expect(formatFloat(99.9996)).toBe("99.99960327148438");
    expect(formatFloat(0.00092)).toBe("9.200000204145908E-4");
  });
});

describe("formatTimestamp", () => {
  test("writes seconds with milliseconds", () => {
    expect(formatTimestamp(new Date(1533422155042))).toBe("1.533422155042E9");
    expect(formatTimestamp(new Date(0))).toBe("0.0");
  });
});

describe("shortestFloat", () => {
  test("finds the fewest digits of the same float32", () => {
    expect(shortestFloat(Math.fround(150.1))).toBe(150.1);
    expect(shortestFloat(100)).toBe(100);
    expect(shortestFloat(2 ** 24)).toBe(16777216);
    fc.assert(fc.property(finiteFloat, (float) => expect(Math.fround(shortestFloat(float))).toBe(float)));
  });
});

describe("storedFloat", () => {
  // Fresh and stored values of the same face, from recorded answers.
  test.each([
    [0.291981965303421, 0.2919819951057434],
    [0.6201834082603455, 0.620182991027832],
    [0.31594496965408325, 0.31594499945640564],
    [99.99961853027344, 99.99960327148438],
  ])("rounds %d to what AWS keeps", (fresh, stored) => {
    expect(storedFloat(fresh)).toBe(stored);
  });

  test("changes nothing the second time", () => {
    fc.assert(
      fc.property(fc.float({ min: -1000, max: 1000, noNaN: true }), (value) => {
        expect(storedFloat(storedFloat(value))).toBe(storedFloat(value));
      }),
    );
  });
});
