import type { Logger } from "pino";
import type { RunningService } from "./service.ts";

/**
 * Ends the service with its process: on SIGTERM and SIGINT what is in work is answered first; a second signal ends at
 * once.
 *
 * An error that nobody caught leaves unknown what state the process is in: it takes nothing new, answers what it can
 * within CAMEO_DRAIN_TIMEOUT, and ends with 1 for whoever looks after it to start another. A promise that was rejected
 * and not awaited is an answer that nobody waited for, and no state: it is told, and the service goes on.
 */
export function boundToProcess(service: RunningService, log: Logger): void {
  let isEnding = false;
  const end = async (exitCode: number) => {
    if (isEnding) return;
    isEnding = true;
    process.exitCode = exitCode;
    await service.close().catch((error: unknown) => log.error({ err: error }, "did not end well"));
    log.info("ended");
    // What hangs at a service that did not end well must not keep its process.
    process.exit();
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      if (isEnding) {
        log.warn(`${signal} again: ending at once`);
        process.exit(1);
      }
      log.info(`${signal}: answering what is in work, then ending`);
      void end(0);
    });
  }
  process.on("uncaughtException", (error) => {
    log.fatal({ err: error }, "an error that nobody caught: answering what is in work, then ending");
    void end(1);
  });
  process.on("unhandledRejection", (error) => {
    log.error({ err: error }, "a failure that nobody waited for");
  });
}
