import { describe, expect, test } from "@jest/globals";
import { z } from "zod";
import type { KeyHolder } from "./accessKeys.ts";
import { RateLimiter, rateLimitsOf } from "./rateLimits.ts";

const schema = z.string().transform(rateLimitsOf);
const holder: KeyHolder = { accessKeyId: "AKIDEXAMPLE", name: "shop", rights: {} };

/** A limiter whose clock stands until it is moved, in milliseconds. */
function setUp(text: string) {
  let now = 0;
  const limiter = new RateLimiter(schema.parse(text), () => now);
  const passes = (operation: "IndexFaces" | "ListFaces" | "SearchFaces", calls: number, by = holder) => {
    let passed = 0;
    for (let call = 0; call < calls; call++) {
      try {
        limiter.count(by, operation);
        passed++;
      } catch (error) {
        expect(error).toHaveProperty("name", "ProvisionedThroughputExceededException");
      }
    }
    return passed;
  };
  return {
    passes,
    wait: (milliseconds: number) => {
      now += milliseconds;
    },
  };
}

describe("RateLimiter", () => {
  test("lets a burst through, then the rate", () => {
    const { passes, wait } = setUp("IndexFaces=5:8");
    expect(passes("IndexFaces", 20)).toBe(8);
    wait(400);
    expect(passes("IndexFaces", 20)).toBe(2);
    wait(60_000);
    expect(passes("IndexFaces", 20)).toBe(8);
  });

  test("a refused call costs nothing", () => {
    const { passes, wait } = setUp("IndexFaces=1");
    expect(passes("IndexFaces", 1000)).toBe(1);
    wait(1000);
    expect(passes("IndexFaces", 1000)).toBe(1);
  });

  test("counts each operation and each key by itself; * is for those that are not named", () => {
    const { passes } = setUp("IndexFaces=1,*=2");
    expect(passes("IndexFaces", 5)).toBe(1);
    expect(passes("ListFaces", 5)).toBe(2);
    expect(passes("SearchFaces", 5)).toBe(2);
    expect(passes("IndexFaces", 5, { ...holder, accessKeyId: "AKIDOTHER" })).toBe(1);
  });

  test("an operation without a limit is never refused", () => {
    expect(setUp("IndexFaces=1").passes("ListFaces", 1000)).toBe(1000);
  });

  test("a key's own limits stand in place of the service's", () => {
    const own = { ...holder, rateLimits: schema.parse("ListFaces=3") };
    const { passes } = setUp("*=1");
    expect(passes("ListFaces", 9, own)).toBe(3);
    expect(passes("IndexFaces", 9, own)).toBe(9);
  });
});

test.each([
  ["", "must be like"],
  ["IndexFaces", "must be like"],
  ["IndexFaces=0", "must be like"],
  ["IndexFaces=5:0", "must be like"],
  ["IndexFaces=5,", "must be like"],
  ["toString=5", "has toString, which is no operation"],
  ["*=1,*=2", "has * twice"],
])("limits %j are refused", (text, fault) => {
  expect(schema.safeParse(text).error?.issues[0]?.message).toContain(fault);
});
