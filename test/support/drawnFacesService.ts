import { readConfig } from "../../src/boot/config.ts";
import { letHeapGrow } from "../../src/boot/heap.ts";
import { boundToProcess } from "../../src/boot/lifetime.ts";
import { startService } from "../../src/boot/service.ts";
import { createLog } from "../../src/server/log.ts";
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
