import { readFile } from "node:fs/promises";
import path from "node:path";
import { readConfig } from "../../src/boot/config.ts";
import { letHeapGrow } from "../../src/boot/heap.ts";
import { boundToProcess } from "../../src/boot/lifetime.ts";
import { startService } from "../../src/boot/service.ts";
import { runProgram } from "../../src/cli/program.ts";
import type { ModelCatalogue } from "../../src/packs/choosePack.ts";
import type { Model, ModelPack, ModelSource } from "../../src/packs/pack.ts";
import { createLog } from "../../src/server/log.ts";
import { makeDrawnFacesPacks } from "./drawnFaces/pack.ts";
import { integrityOf } from "./npmRegistry.ts";

/**
 * The service, or with arguments the program, with packs of drawn faces as trained ones are offered: `drawn-faces` is
 * preferred, its publisher cannot be reached; `drawn-faces-small`, the second choice, lies in the npm package
 * `drawn-faces@1.0.0`. TEST_PUBLISHED is a folder with the models and the package's tarball.
 */
async function makeCatalogue(published: string): Promise<ModelCatalogue> {
  const [pack, small] = await makeDrawnFacesPacks(published);
  if (pack === undefined || small === undefined) throw new Error("There are two packs");
  const integrity = integrityOf(await readFile(path.join(published, "package.tgz")));
  const inPackage = (member: string): ModelSource => ({
    package: "drawn-faces",
    version: "1.0.0",
    integrity,
    member,
  });
  const offered = (model: Model, sourceOf: (file: string) => ModelSource): Model => ({
    ...model,
    files: model.files.map((file) => ({ ...file, sources: [sourceOf(file.path)] })),
  });
  const packOf = (pack: ModelPack, sourceOf: (file: string) => ModelSource): ModelPack => ({
    ...pack,
    detector: offered(pack.detector, inPackage),
    embedders: pack.embedders.map((embedder) => ({
      ...embedder,
      model: offered(embedder.model, sourceOf),
    })),
  });
  return {
    packs: [
      packOf(pack, (file) => `http://127.0.0.1:1/${file}`),
      { ...packOf(small, inPackage), weaker: "it tells fewer people apart" },
    ],
    preferred: ["drawn-faces", "drawn-faces-small"],
  };
}

const catalogue = await makeCatalogue(process.env.TEST_PUBLISHED ?? "");
if (process.argv.length > 2) await runProgram(catalogue);
else {
  letHeapGrow();
  const config = readConfig(process.env);
  const log = createLog(config.logLevel);
  try {
    const service = await startService(config, catalogue, log);
    log.info(`Cameo answers at ${service.endpoint}`);
    if (service.metricsEndpoint !== undefined) log.info(`Metrics are at ${service.metricsEndpoint}/metrics`);
    boundToProcess(service, log);
  } catch (error) {
    console.error(error);
    process.exit(1);
  }
}
