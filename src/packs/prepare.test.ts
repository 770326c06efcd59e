import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { makeDrawnFacesPack } from "../../test/support/drawnFaces/pack.ts";
import { LicenceNotAcceptedError } from "./licences.ts";
import type { EmbedderModel, Model, ModelFile, ModelPack } from "./pack.ts";
import { ModelsMissingError, preparePack } from "./prepare.ts";

const report = { progress: () => undefined, ready: () => undefined, warn: () => undefined };

let folder: string;
let pack: ModelPack;
let embedder: EmbedderModel;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "prepare-"));
  pack = await makeDrawnFacesPack(folder);
  embedder = pack.embedders[0] as EmbedderModel;
});

afterEach(() => rm(folder, { recursive: true }));

/** The pack with another net as its embedder. */
const withEmbedder = (model: Model): ModelPack => ({ ...pack, embedders: [{ ...embedder, model }] });

/** A file that no place has. */
const lacking = (name: string, bytes: number): ModelFile => ({
  path: `omz/${name}`,
  bytes,
  sha256: name.charCodeAt(0).toString(16).repeat(32),
  sources: [`http://127.0.0.1:1/${name}`],
});

describe("preparePack", () => {
  test("hands on ONNX files as they are", async () => {
    const prepared = await preparePack(pack, { modelsDir: folder, mirrors: [], report });
    expect(prepared.pack).toBe(pack);
    const file = (model: Model) => readFile(path.join(folder, model.files[0]?.path ?? ""));
    expect(Buffer.from(prepared.detector)).toEqual(await file(pack.detector));
    expect(prepared.embedders).toHaveLength(1);
    expect(prepared.embedders[0]?.settings).toBe(embedder.settings);
    expect(Buffer.from(prepared.embedders[0]?.onnx ?? [])).toEqual(await file(embedder.model));
  });

  test("leaves out a net for attributes that cannot be had, and says so", async () => {
    const warnings: string[] = [];
    const input = { size: 60, margin: 1, channels: "bgr", mean: [0, 0, 0], scale: [1, 1, 1] } as const;
    const ageGender = {
      ...input,
      age: { output: "age", unit: 1, meanError: 7 },
      gender: { output: "gender", order: ["female", "male"] },
    } as const;
    const model: Model = { ...embedder.model, name: "some net", files: [lacking("net.onnx", 10)] };
    const prepared = await preparePack(
      {
        ...pack,
        attributes: { headPose: { model, input }, ageGender: { model: pack.detector, input: ageGender } },
      },
      { modelsDir: folder, mirrors: [], report: { ...report, warn: (message) => warnings.push(message) } },
    );
    expect(Object.keys(prepared.attributes)).toEqual(["ageGender"]);
    expect(prepared.attributes.ageGender?.onnx).toEqual(prepared.detector);
    expect(warnings.join()).toContain("some net cannot be had");
  });

  test("refuses weights that a business may not use until their licence is accepted, and says how", async () => {
    const places = { modelsDir: folder, mirrors: [], report };
    const restricted: ModelPack = withEmbedder({ ...embedder.model, commercialUse: false });
    const refused = await preparePack(restricted, { ...places, acceptedLicences: ["other"] }).catch(
      (error: unknown) => error,
    );
    expect(refused).toBeInstanceOf(LicenceNotAcceptedError);
    const { message } = refused as Error;
    const { name, licence, licenceUrl } = embedder.model;
    for (const told of [name, licence, licenceUrl, "CAMEO_ACCEPT_MODEL_LICENCES=drawn-faces"]) {
      expect(message).toContain(told);
    }
    expect(message).not.toContain(pack.detector.name);
    const prepared = await preparePack(restricted, { ...places, acceptedLicences: ["drawn-faces"] });
    expect(prepared.pack).toBe(restricted);
  });

  test("names each missing file, each place tried for it, and how to bring it by hand", async () => {
    const files = [lacking("net.xml", 350_427), lacking("weights.bin", 2_213_628)];
    const modelsDir = path.join(folder, "models");
    const mirror = path.join(folder, "mirror");
    const error: unknown = await preparePack(withEmbedder({ ...embedder.model, form: "openvino", files }), {
      modelsDir,
      mirrors: [folder, mirror],
      report,
    }).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(ModelsMissingError);
    const { message } = error as Error;
    expect(message).toContain('The model pack "drawn-faces" lacks 2 file(s)');
    for (const { path: name, bytes, sha256, sources } of files) {
      expect(message).toContain(`${name} (${bytes} bytes, SHA-256 ${sha256})\n    ${sources[0]}\n`);
    }
    // The same reason once, with all that gave it.
    expect(message).toContain(`\n  ${[modelsDir, folder, mirror].join(", ")}: not there\n`);
    expect(message.match(/^ {2}127\.0\.0\.1:1: fetch failed/gm)).toHaveLength(1);
    // The detector came from a mirror, so it is not among them.
    expect(message).not.toContain("detector");
    expect(message).toContain("run `npm run models -- drawn-faces` where they can be had");
    expect(message).toContain(`models folder to ${modelsDir};`);
    expect(message).toContain(`downloaded into ${modelsDir}`);
    expect(message).toContain("CAMEO_MODEL_MIRRORS");
  });

  test("names no address where there is none", async () => {
    const source = {
      package: "no-such-package",
      version: "1.0.0",
      integrity: `sha512-${"A".repeat(86)}==`,
      member: "net.onnx",
    };
    const missing = { file: { ...lacking("net.onnx", 10), sources: [source] }, tried: [] };
    const { message } = new ModelsMissingError([{ pack, missing: [missing] }], "models");
    expect(message).toContain("npm package no-such-package@1.0.0");
    expect(message).not.toContain("address above");
  });
});
