import { describe, expect, test } from "@jest/globals";
import { isNpmSource, modelsOf } from "../src/packs/pack.ts";
import { catalogue, packs } from "./packs.ts";

describe("the manifest", () => {
  test("names packs and what FaceModelVersion says of them once each", () => {
    for (const member of ["name", "faceModelVersion"] as const) {
      expect(new Set(packs.map((pack) => pack[member])).size).toBe(packs.length);
    }
  });

  test.each(catalogue.preferred)("takes %s unasked, which a business may use", (name) => {
    const models = packs.filter((pack) => pack.name === name).flatMap(modelsOf);
    expect(models.length).toBeGreaterThan(0);
    expect(models.every(({ commercialUse }) => commercialUse)).toBe(true);
  });

  test.each(packs.map((pack) => [pack.name, pack] as const))(
    "%s: similarity rises with the cosine from 0 to 100",
    (_, { similarity }) => {
      expect(similarity.at(0)).toEqual([-1, 0]);
      expect(similarity.at(-1)).toEqual([1, 100]);
      for (const [index, [cosine, value]] of similarity.entries()) {
        const [before, less] = similarity[index - 1] ?? [-Infinity, -Infinity];
        expect(cosine).toBeGreaterThan(before);
        expect(value).toBeGreaterThan(less);
      }
    },
  );

  test.each(packs.map((pack) => [pack.name, pack] as const))(
    "%s: every file has a size, a hash and a source",
    (_, pack) => {
      for (const { path, bytes, sha256, sources } of modelsOf(pack).flatMap(({ files }) => files)) {
        expect(path).not.toMatch(/^\/|\\|\.\./);
        expect(bytes).toBeGreaterThan(0);
        expect(sha256).toMatch(/^[0-9a-f]{64}$/);
        expect(sources.length).toBeGreaterThan(0);
        for (const source of sources) {
          if (typeof source === "string") expect(source).toMatch(/^https:\/\//);
          else if (isNpmSource(source)) {
            expect(source.integrity).toMatch(/^sha512-[A-Za-z0-9+/]{86}==$/);
            expect(source.version).toMatch(/^\d+\.\d+\.\d+$/);
            if (source.slice !== undefined) expect(source.slice.bytes).toBe(bytes);
          } else expect(source.archive).toMatch(/^https:\/\//);
        }
      }
    },
  );

  test("InsightFace's weights are for research alone", () => {
    for (const pack of packs.filter(({ name }) => name.startsWith("buffalo"))) {
      const nets = [pack.detector, ...pack.embedders.map(({ model }) => model)];
      expect(nets.some(({ commercialUse }) => commercialUse)).toBe(false);
    }
  });
});
