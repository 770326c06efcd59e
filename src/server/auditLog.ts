import { appendFileSync } from "node:fs";
import { serviceUnavailable } from "../../protocol/errors.ts";
import type { RequestObserver } from "../telemetry/answeredRequest.ts";
import type { FaceEvent } from "../telemetry/stopwatch.ts";
import { writeFully } from "./writeFully.ts";

/** Thrown when the audit trail cannot be opened; says which file, and why. */
export class AuditLogError extends Error {
  override readonly name = "AuditLogError";
}

/** A line of the audit trail: who did what to which collection, and nothing of a face, an image or a person. */
export interface AuditRecord {
  /** The request's id; not given for what the service does on its own. */
  readonly requestId?: string;
  readonly accessKeyId?: string;
  /** The access key's. */
  readonly name?: string;
  /** Rekognition's name, or `Retention`. */
  readonly operation: string;
  readonly collectionId?: string;
  /** `ok`, or the exception's name. */
  readonly outcome: string;
  readonly faces?: Readonly<Partial<Record<FaceEvent, number>>>;
}

/** The file's rights where it is made: for the service alone. */
const mode = 0o600;

/** What stands for standard output in place of a file. */
const standardOutput = "-";

/** Tells lines of the audit trail from those of the log, where they share standard output. */
const mark = { log: "audit" } as const;

/**
 * The audit trail: a file of JSON lines that is only ever added to, or lines with a mark on standard output.
 *
 * Each line is written before its request is answered; a file is opened for it, so that whoever rotates it need tell
 * nobody. Lines that cannot be written are kept for the next attempt, and until it succeeds nothing else is done.
 */
export class AuditLog {
  readonly #file: string;
  readonly #onFailure: (error: unknown) => void;
  #unwritten: string[] = [];
  #isFailing = false;

  /**
   * @param file `-` for standard output.
   * @param onFailure hears, once until it works again, why lines cannot be written.
   * @throws AuditLogError
   */
  constructor(file: string, onFailure: (error: unknown) => void) {
    this.#file = file;
    this.#onFailure = onFailure;
    try {
      this.#append("");
    } catch (cause) {
      throw new AuditLogError(
        `The audit log ${file} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}. ` +
          "Mend it, or give CAMEO_AUDIT_LOG another path.",
        { cause },
      );
    }
  }

  /** Adds a line. */
  record(record: AuditRecord): void {
    const line = { ...(this.#file === standardOutput && mark), time: new Date().toISOString(), ...record };
    this.#unwritten.push(`${JSON.stringify(line)}\n`);
    try {
      this.flush();
    } catch (error) {
      if (!this.#isFailing) this.#onFailure(error);
      this.#isFailing = true;
    }
  }

  /** Writes what is left to be written. @throws what keeps it from being written. */
  flush(): void {
    if (this.#unwritten.length === 0) return;
    // A full disk may have taken a part of a line.
    const start = this.#isFailing ? "\n" : "";
    this.#append(start + this.#unwritten.join(""));
    this.#unwritten = [];
    this.#isFailing = false;
  }

  /** The same. @throws AwsError ThrottlingException: SDKs try again after a pause. */
  requireWritable(): void {
    try {
      this.flush();
    } catch (error) {
      throw serviceUnavailable(error);
    }
  }

  /** Records what operations did, or tried to do, and what callers were not allowed to do. */
  readonly observe: RequestObserver = ({ request, operation, caller, collectionId, error, stopwatch }) => {
    const wasWorkedOn = stopwatch.steps.some(({ name }) => name === "operate");
    if (caller === undefined || operation === undefined) return;
    if (!wasWorkedOn && error?.name !== "AccessDeniedException") return;
    this.record({
      requestId: request.requestId,
      accessKeyId: caller.accessKeyId,
      name: caller.name,
      operation,
      ...(collectionId !== undefined && { collectionId }),
      outcome: error?.name ?? "ok",
      ...(Object.keys(stopwatch.faces).length > 0 && { faces: stopwatch.faces }),
    });
  };

  #append(text: string): void {
    if (this.#file === standardOutput) writeFully(1, text);
    else appendFileSync(this.#file, text, { mode });
  }
}
