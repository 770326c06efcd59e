import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { type OperationName, operations } from "./model.generated.ts";
import { serialize } from "./serialize.ts";

/** Recorded answers of the service, where they are at hand; two of them are below. */
const goldenFolder = "../shared/spec/golden";

function readGolden(): [OperationName, string][] {
  const names = existsSync(goldenFolder)
    ? readdirSync(goldenFolder).filter((name) => name.endsWith(".json"))
    : [];
  return names.map((name) => {
    const operation = Object.keys(operations).find((candidate) => candidate === name.split(/[-.]/)[0]);
    return [operation as OperationName, readFileSync(`${goldenFolder}/${name}`, "utf8")];
  });
}

describe("serialize", () => {
  test.each<[OperationName, string]>([
    [
      "SearchFacesByImage",
      '{"SearchedFaceBoundingBox":{"Width":0.291981965303421,"Height":0.6201834082603455,"Left":0.31594496965408325,"Top":0.19342847168445587},"SearchedFaceConfidence":99.99961853027344,"FaceMatches":[{"Similarity":100.0,"Face":{"FaceId":"77aefffe-b35b-4379-912c-2a509d8340f5","BoundingBox":{"Width":0.2919819951057434,"Height":0.620182991027832,"Left":0.31594499945640564,"Top":0.19342799484729767},"ImageId":"0b943592-6e65-3054-8d81-b143018d0f75","Confidence":99.99960327148438,"IndexFacesModelVersion":"6.0"}}],"FaceModelVersion":"6.0"}',
    ],
    ["DeleteCollection", '{"StatusCode":200}'],
    ...readGolden(),
  ])("writes a recorded answer of %s again, to the byte", (operation, body) => {
    expect(serialize(operation, JSON.parse(body))).toBe(body);
  });

  test("writes members in the model's order, whatever the output's", () => {
    expect(serialize("CreateCollection", { FaceModelVersion: "7.0", StatusCode: 200 })).toBe(
      '{"StatusCode":200,"FaceModelVersion":"7.0"}',
    );
  });

  test("leaves out undefined and null, and keeps empty lists", () => {
    expect(serialize("ListFaces", { Faces: [], NextToken: undefined, FaceModelVersion: null })).toBe(
      '{"Faces":[]}',
    );
    expect(serialize("DeleteUser", {})).toBe("{}");
  });

  test("writes longs, timestamps, maps and blobs", () => {
    expect(
      serialize("DescribeCollection", { FaceCount: 20_000_000, CreationTimestamp: new Date(1533422155042) }),
    ).toBe('{"FaceCount":20000000,"CreationTimestamp":1.533422155042E9}');
    expect(serialize("ListTagsForResource", { Tags: { 'a"': "ü", b: "" } })).toBe(
      '{"Tags":{"a\\"":"ü","b":""}}',
    );
    const Bytes = new Uint8Array(Buffer.from("xABCx")).subarray(1, 4);
    expect(serialize("GetFaceLivenessSessionResults", { ReferenceImage: { Bytes } })).toBe(
      '{"ReferenceImage":{"Bytes":"QUJD"}}',
    );
  });

  test.each<[OperationName, object, string]>([
    ["DeleteCollection", { StatusCode: 200, Colour: "red" }, "DeleteCollectionResponse has no member Colour"],
    ["DeleteCollection", { StatusCode: "200" }, "UInteger takes no string"],
    ["DeleteCollection", { StatusCode: 200.5 }, "UInteger takes no number"],
    ["ListFaces", { Faces: {} }, "FaceList takes no object"],
    ["ListFaces", { Faces: [null] }, "Face takes no object"],
    ["ListFaces", { FaceModelVersion: 7 }, "String takes no number"],
    ["DescribeCollection", { CreationTimestamp: 1 }, "DateTime takes no number"],
  ])("refuses in %s %j", (operation, output, message) => {
    expect(() => serialize(operation, output)).toThrow(new TypeError(message));
  });

  test("refuses numbers that JSON cannot hold", () => {
    expect(() => serialize("SearchFaces", { FaceMatches: [{ Similarity: Number.NaN }] })).toThrow(RangeError);
  });
});
