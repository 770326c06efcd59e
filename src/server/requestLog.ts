import type { Logger } from "pino";
import { isFault, type RequestObserver } from "../telemetry/answeredRequest.ts";
import { millisecondsByStep } from "../telemetry/stopwatch.ts";

/** One line of the log for each request: who, what, how it ended, how long each step took, how many faces. */
export function logRequests(log: Logger): RequestObserver {
  return (answered) => {
    const { request, operation, caller, status, error, duration, stopwatch } = answered;
    const line = {
      requestId: request.requestId,
      operation,
      accessKeyId: caller?.accessKeyId,
      status,
      error: error?.name,
      ms: { total: Math.round(100 * duration) / 100, ...millisecondsByStep(stopwatch.steps) },
      ...(Object.keys(stopwatch.faces).length > 0 && { faces: stopwatch.faces }),
    };
    if (isFault(answered)) log.error({ ...line, err: error?.cause });
    else log.info(line);
  };
}
