import type { Logger } from "pino";
import type { ModelReport } from "../packs/report.ts";

/** Tells the log how model files come in: a line for each tenth of a file that is transferred. */
export function logModels(log: Logger): ModelReport {
  const tenths = new Map<string, number>();
  return {
    progress: ({ path, bytes }, received) => {
      const tenth = Math.floor((10 * received) / bytes);
      if (tenth === tenths.get(path)) return;
      tenths.set(path, tenth);
      log.info({ file: path, received, bytes }, `fetching models: ${path} ${tenth * 10} %`);
    },
    note: (message) => log.info(message),
    ready: ({ path }, place) => log.info({ file: path, from: place }, `model ready: ${path}`),
    warn: (message) => log.warn(message),
  };
}
