import { describe, expect, test } from "@jest/globals";
import { toAttributeMembers, wantedAttributes } from "./attributes.ts";

describe("wantedAttributes", () => {
  test("none by default", () => {
    expect(wantedAttributes()).toEqual([]);
    expect(wantedAttributes(["DEFAULT"])).toEqual([]);
  });

  test("single names, each once", () => {
    expect(wantedAttributes(["SMILE", "AGE_RANGE", "SMILE"])).toEqual(["smile", "ageRange"]);
  });

  test("ALL beside DEFAULT is all", () => {
    const all = wantedAttributes(["ALL"]);
    expect(all).toContain("landmarks");
    expect(wantedAttributes(["DEFAULT", "ALL", "GENDER"])).toEqual(all);
  });

  test("what no net tells asks for nothing", () => {
    expect(wantedAttributes(["BEARD", "EMOTIONS", "SUNGLASSES"])).toEqual([]);
  });
});

describe("toAttributeMembers", () => {
  test("each under Rekognition's name", () => {
    expect(
      toAttributeMembers({
        ageRange: { low: 20, high: 34 },
        gender: { value: "female", confidence: 91 },
        smile: { value: true, confidence: 80 },
        eyesOpen: { value: true, confidence: 99 },
        mouthOpen: { value: false, confidence: 70 },
      }),
    ).toEqual({
      AgeRange: { Low: 20, High: 34 },
      Gender: { Value: "Female", Confidence: 91 },
      Smile: { Value: true, Confidence: 80 },
      EyesOpen: { Value: true, Confidence: 99 },
      MouthOpen: { Value: false, Confidence: 70 },
    });
  });

  test("what is absent stays absent", () => {
    expect(toAttributeMembers({})).toEqual({});
  });
});
