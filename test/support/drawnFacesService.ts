import { readConfig } from "../../src/config.ts";
import { letHeapGrow } from "../../src/heap.ts";
import { boundToProcess } from "../../src/lifetime.ts";
import { createLog } from "../../src/server/log.ts";
import { startService } from "../../src/service.ts";
import { makeDrawnFacesCatalogue } from "./drawnFaces/pack.ts";

/**
 * The service with the packs of drawn faces: `src/main.ts` where no weights can be had. The models are made in the folder
 * that TEST_PUBLISHED names, else in the models folder.
 */
letHeapGrow();
const config = readConfig(process.env);
const log = createLog(config.logLevel);
const service = await startService(
  config,
  await makeDrawnFacesCatalogue(process.env.TEST_PUBLISHED ?? config.modelsDir),
  log,
);
log.info(`Cameo answers at ${service.endpoint}`);
boundToProcess(service, log);
