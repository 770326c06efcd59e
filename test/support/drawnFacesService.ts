import { readConfig } from "../../src/config.ts";
import { createLog } from "../../src/server/log.ts";
import { startService } from "../../src/service.ts";
import { makeDrawnFacesPack } from "./drawnFaces/pack.ts";

/** The service with the pack of drawn faces: `src/main.ts` where no weights can be had. */
const config = readConfig(process.env);
const log = createLog(config.logLevel);
const service = await startService(config, [await makeDrawnFacesPack(config.modelsDir)], log);
log.info(`Cameo answers at ${service.endpoint}`);
process.once("SIGTERM", () => void service.close());
