import { readConfig } from "../../src/config.ts";
import { boundToProcess } from "../../src/lifetime.ts";
import { createLog } from "../../src/server/log.ts";
import { startService } from "../../src/service.ts";
import { makeDrawnFacesPacks } from "./drawnFaces/pack.ts";

/** The service with the packs of drawn faces: `src/main.ts` where no weights can be had. */
const config = readConfig(process.env);
const log = createLog(config.logLevel);
const service = await startService(config, await makeDrawnFacesPacks(config.modelsDir), log);
log.info(`Cameo answers at ${service.endpoint}`);
boundToProcess(service, log);
