import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { cutPage, defaultPageSize, PageTokens, pageSize } from "./pages.ts";

const secret = new Uint8Array(32).fill(1);
const tokens = new PageTokens(secret);

const ascii = (maxLength: number) => fc.string({ unit: "binary-ascii", maxLength });

/** What the service answers to a token that it did not issue for this listing. */
const refusal = expect.objectContaining({ name: "InvalidPaginationTokenException" });

function reading(listing: string, token: string): unknown {
  try {
    return tokens.read(listing, token);
  } catch (error) {
    return error;
  }
}

describe("PageTokens", () => {
  test("reads back what it wrote, also on another server with the same secret", () => {
    const other = new PageTokens(Uint8Array.from(secret));
    fc.assert(
      fc.property(ascii(50), ascii(170), (listing, position) => {
        const token = tokens.write(listing, position);
        expect(tokens.read(listing, token)).toBe(position);
        expect(other.read(listing, token)).toBe(position);
        // What the service model allows for NextToken.
        expect(token.length).toBeLessThanOrEqual(255);
      }),
    );
  });

  test("refuses a token of another listing", () => {
    const token = tokens.write("ListFaces:party", "42");
    expect(reading("ListFaces:wedding", token)).toEqual(refusal);
    expect(reading("ListFaces:part", tokens.write("ListFaces:party", "42"))).toEqual(refusal);
  });

  test("tells where the listing ends and the position begins", () => {
    const code = Buffer.from(tokens.write("a", "bc"), "base64").subarray(0, -2);
    expect(tokens.read("a", Buffer.concat([code, Buffer.from("bc")]).toString("base64"))).toBe("bc");
    expect(reading("ab", Buffer.concat([code, Buffer.from("c")]).toString("base64"))).toEqual(refusal);
  });

  test("refuses a token of another secret", () => {
    expect(reading("list", new PageTokens(new Uint8Array(32).fill(2)).write("list", "42"))).toEqual(refusal);
  });

  test("refuses a token of which any bit was changed", () => {
    const bytes = Buffer.from(tokens.write("list", "42"), "base64");
    fc.assert(
      fc.property(fc.nat(bytes.length * 8 - 1), (bit) => {
        const changed = Buffer.from(bytes);
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(reading("list", changed.toString("base64"))).toEqual(refusal);
      }),
    );
  });

  test.each(["", "A", "not a token", "AAAAAAAAAAAAAAAA", "%%%", "\u0000"])("refuses %j", (token) => {
    expect(reading("list", token)).toEqual(refusal);
  });
});

describe("pageSize", () => {
  test("is what the request says, and the default where it says nothing or 0", () => {
    expect([7, 4096, 0, undefined].map(pageSize)).toEqual([7, 4096, defaultPageSize, defaultPageSize]);
  });
});

describe("cutPage", () => {
  test.each([
    [[], [], undefined],
    [["a"], ["a"], undefined],
    [["a", "b"], ["a", "b"], undefined],
    [["a", "b", "c"], ["a", "b"], "b"],
  ])("of %j, read for pages of two: %j, more after %s", (read, rows, last) => {
    expect(cutPage(read, 2)).toEqual({ rows, last });
  });
});
