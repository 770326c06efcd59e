import { describe, expect, test } from "@jest/globals";
import { countByExternalId, externalImageIdOf } from "./externalImageId.ts";

describe("externalImageIdOf", () => {
  test("has no characters but Rekognition's", () => {
    expect(externalImageIdOf("a b/IMG_1 (2).jpg", "name")).toBe("IMG_1__2_.jpg");
    expect(externalImageIdOf("Zoë/IMG-1.jpg", "path")).toBe("Zo_:IMG-1.jpg");
    expect(externalImageIdOf("👰/1.jpg", "path")).toBe("_:1.jpg");
  });

  test("keeps the end of a long path", () => {
    const id = externalImageIdOf(`${"folder/".repeat(50)}1.jpg`, "path");
    expect(id).toHaveLength(255);
    expect(id).toMatch(/:folder:1\.jpg$/);
  });

  test("photos of one name in two folders share it by name, and not by path", () => {
    const photos = [{ path: "a/1.jpg" }, { path: "b/1.jpg" }];
    expect([...countByExternalId(photos, "name")]).toEqual([["1.jpg", 2]]);
    expect([...countByExternalId(photos, "path").values()]).toEqual([1, 1]);
  });
});
