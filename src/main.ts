import { catalogue } from "../models/packs.ts";
import { ConfigError, developmentCredential, readConfig } from "./boot/config.ts";
import { letHeapGrow } from "./boot/heap.ts";
import { boundToProcess } from "./boot/lifetime.ts";
import { startService } from "./boot/service.ts";
import { createLog } from "./server/log.ts";
import { isOperatorFault } from "./system/operatorFaults.ts";

/** Starts the service from the environment, and stops it on SIGTERM and SIGINT. */
async function main(): Promise<void> {
  letHeapGrow();
  const config = readConfig(process.env);
  const log = createLog(config.logLevel);
  // The first process of a container hears no signal that it does not listen for.
  const leave = () => process.exit();
  process.once("SIGTERM", leave).once("SIGINT", leave);
  const service = await startService(config, catalogue, log);
  process.off("SIGTERM", leave).off("SIGINT", leave);
  if (config.usesDevelopmentCredential) {
    log.warn(
      `No CAMEO_CREDENTIALS are set: anyone on this machine may use the development key ${developmentCredential.accessKeyId} / ${developmentCredential.secretAccessKey}`,
    );
  }
  log.info(`Cameo answers at ${service.endpoint}`);
  if (service.metricsEndpoint !== undefined) log.info(`Metrics are at ${service.metricsEndpoint}/metrics`);
  boundToProcess(service, log);
}

main().catch((error: unknown) => {
  console.error(isOperatorFault(error) ? error.message : error);
  process.exitCode = error instanceof ConfigError ? 78 : 1;
  // Threads and connections that were already open must not keep a failed start alive.
  process.exit();
});
