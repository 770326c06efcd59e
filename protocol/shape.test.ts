import { describe, expect, test } from "@jest/globals";
import { operations, shapes } from "./model.generated.ts";
import type { Shape } from "./model.ts";
import { getShape, inputShape } from "./shape.ts";

function references(shape: Shape): string[] {
  switch (shape.type) {
    case "structure":
      return Object.values(shape.members);
    case "list":
      return [shape.member];
    case "map":
      return [shape.key, shape.value];
    default:
      return [];
  }
}

describe("the service model", () => {
  test("has all 75 operations", () => {
    expect(Object.keys(operations)).toHaveLength(75);
  });

  test("defines every shape that an operation or a shape refers to", () => {
    const used = [
      ...Object.values(operations).flatMap(({ input, output }) => [input, output]),
      ...Object.values(shapes).flatMap(references),
    ];
    expect(used.filter((name) => !Object.hasOwn(shapes, name))).toEqual([]);
    expect(Object.keys(shapes).filter((name) => !used.includes(name))).toEqual([]);
  });

  test("has no shape that contains itself: reading and writing need no bound of depth", () => {
    const visit = (name: string, above: readonly string[]): void => {
      expect(above).not.toContain(name);
      for (const reference of references(getShape(name))) {
        visit(reference, [...above, name]);
      }
    };
    for (const { input, output } of Object.values(operations)) {
      visit(input, []);
      visit(output, []);
    }
  });

  test("keeps a structure's members in order, with what is required of them", () => {
    expect(inputShape("AssociateFaces")).toEqual({
      type: "structure",
      members: {
        CollectionId: "CollectionId",
        UserId: "UserId",
        FaceIds: "UserFaceIdList",
        UserMatchThreshold: "Percent",
        ClientRequestToken: "ClientRequestToken",
      },
      required: ["CollectionId", "UserId", "FaceIds"],
      idempotencyToken: "ClientRequestToken",
    });
    expect(Object.keys(inputShape("AssociateFaces").members)[0]).toBe("CollectionId");
  });

  test("answers an unknown shape with an error", () => {
    expect(() => getShape("NoSuchShape")).toThrow("The service model has no shape NoSuchShape");
  });
});
