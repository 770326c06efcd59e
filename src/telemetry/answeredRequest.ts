import type { OperationName } from "../../protocol/model.generated.ts";
import type { KeyHolder } from "../access/accessKeys.ts";
import type { Stopwatch } from "./stopwatch.ts";

/**
 * A request that was answered, as the log, the audit trail, the metrics and the traces hear of it: nothing of its
 * body but the collection's name, nothing of its signature or its answer.
 */
export interface AnsweredRequest {
  readonly request: {
    readonly requestId: string;
    /** Names and values in turn, as in Node's `IncomingMessage.rawHeaders`. */
    readonly rawHeaders: readonly string[];
  };
  /** Not given: the target named none. */
  readonly operation: OperationName | undefined;
  /** Not given: the signature was not accepted. */
  readonly caller: KeyHolder | undefined;
  /** The collection that it names, for the audit trail only; not given: it names none, or was not read. */
  readonly collectionId: string | undefined;
  /** HTTP status. */
  readonly status: number;
  /** What it was refused with, by the name that the answer gives it; a fault of the service's own has a cause. */
  readonly error: { readonly name: string; readonly cause?: unknown } | undefined;
  /** Milliseconds from the end of its body to its answer. */
  readonly duration: number;
  /** Its steps, all ended. */
  readonly stopwatch: Stopwatch;
}

/**
 * Whether a request failed by the service's fault, whatever it was answered: something in it is broken, or what it
 * works with is away.
 */
export function isFault({ error }: AnsweredRequest): boolean {
  return error?.name === "InternalServerError" || error?.cause !== undefined;
}

/** Hears of requests once they are answered. Must not throw. */
export type RequestObserver = (request: AnsweredRequest) => void;
