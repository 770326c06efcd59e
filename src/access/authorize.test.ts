import { describe, expect, test } from "@jest/globals";
import { type OperationName, operations } from "../../protocol/model.generated.ts";
import type { StructureShape } from "../../protocol/model.ts";
import { getShape, type Structure } from "../../protocol/shape.ts";
import { offeredOperations } from "../operations/registry.ts";
import { type Rights, readOnlyOperations } from "./accessKeys.ts";
import { createAuthorizer } from "./authorize.ts";

const authorize = createAuthorizer({ region: "eu-central-1", accountId: "123456789012" });
const arn = "arn:aws:rekognition:eu-central-1:123456789012:collection";

/** The text of the refusal; undefined when the caller may. */
function refusal(rights: Rights, operation: OperationName, input: Structure): string | undefined {
  try {
    authorize({ accessKeyId: "AKIDEXAMPLE", name: "shop", rights }, operation, input);
    return undefined;
  } catch (error) {
    expect(error).toHaveProperty("name", "AccessDeniedException");
    return (error as Error).message;
  }
}

describe("operations", () => {
  test("a key without limits may do all", () => {
    expect(refusal({}, "DeleteCollection", { CollectionId: "album-1" })).toBeUndefined();
  });

  test("one that is not the key's is refused in AWS's words", () => {
    const rights = { operations: readOnlyOperations };
    expect(refusal(rights, "SearchFaces", { CollectionId: "album-1" })).toBeUndefined();
    expect(refusal(rights, "IndexFaces", { CollectionId: "album-1" })).toBe(
      `User: arn:aws:iam::123456789012:user/shop is not authorized to perform: rekognition:IndexFaces on resource: ${arn}/album-1 because no identity-based policy allows the rekognition:IndexFaces action`,
    );
    expect(refusal({ operations: new Set() }, "DetectFaces", {})).toBe(
      "User: arn:aws:iam::123456789012:user/shop is not authorized to perform: rekognition:DetectFaces because no identity-based policy allows the rekognition:DetectFaces action",
    );
  });
});

describe("collections", () => {
  const rights = { collections: ["album-*", "one"] };
  const may = (operation: OperationName, input: Structure, of: Rights = rights) =>
    refusal(of, operation, input) === undefined;

  test.each([
    ["album-", true],
    ["album-1", true],
    ["one", true],
    ["one-more", false],
    ["Album-1", false],
    ["my-album-1", false],
    ["album", false],
    ["", false],
    ["*", false],
  ])("%j: %p", (CollectionId, allowed) => {
    expect(may("CreateCollection", { CollectionId })).toBe(allowed);
  });

  test.each([
    [`${arn}/album-1`, true],
    [`${arn.replace("arn:", "")}/album-1`, true],
    [`${arn}/other`, false],
    ["arn:aws:rekognition:eu-central-1:999999999999:collection/album-1", false],
    ["album-1-is-no-resource-name", false],
  ])("the resource %s: %p", (ResourceArn, allowed) => {
    expect(may("TagResource", { ResourceArn })).toBe(allowed);
  });

  test("ListCollections takes the right over all of them", () => {
    expect(may("ListCollections", {})).toBe(false);
    expect(may("ListCollections", {}, { collections: ["*"] })).toBe(true);
  });

  test("CompareFaces and DetectFaces touch none", () => {
    expect(may("CompareFaces", {})).toBe(true);
    expect(may("DetectFaces", {})).toBe(true);
  });

  test("every other operation that is offered names its collection where rights are looked for", () => {
    const named = ["CollectionId", "ResourceArn"];
    const others = (Object.keys(offeredOperations) as OperationName[]).filter((name) => {
      const { required = [] } = getShape(operations[name].input) as StructureShape;
      return !required.some((member) => named.includes(member));
    });
    expect(others).toEqual(["CompareFaces", "DetectFaces", "ListCollections"]);
  });
});
