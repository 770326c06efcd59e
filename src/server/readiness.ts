import { systemErrorCode } from "../system/systemError.ts";

/** Whether requests can be answered, and what keeps them from it. */
export interface ReadinessReport {
  readonly ready: boolean;
  /** "ok", or the reason why not, by what was checked. */
  readonly checks: Readonly<Record<string, string>>;
  /** What new collections are made with, once that is decided. */
  readonly modelPack?: string;
  /** What the operator should know of it. */
  readonly notice?: string;
}

/** What a report says beside the checks. */
export type ReadinessFacts = Pick<ReadinessReport, "modelPack" | "notice">;

/** Throws when what it checks does not work. */
export type ReadinessCheck = () => Promise<void>;

/** What has to work, by name. */
export type ReadinessChecks = Readonly<Record<string, ReadinessCheck>>;

/** Thrown for what is still being opened; a report tells the message. */
export class NotOpenError extends Error {
  override readonly name = "NotOpenError";
}

/** Probes come often and from several sides; the answer may be this old, in milliseconds. */
const maximumAge = 2_000;

/** A check without an answer has failed after this time, in milliseconds: less than Prometheus waits. */
const patience = 5_000;

/** Asks all that requests depend on whether it works, and remembers the answer for a moment. */
export class Readiness {
  readonly #checks: ReadinessChecks;
  readonly #onFailure: (check: string, error: unknown) => void;
  readonly #failing = new Set<string>();
  #facts: ReadinessFacts = {};
  #last: { readonly at: number; readonly report: Promise<ReadinessReport> } | undefined;

  /** @param onFailure hears, once until it works again, what does not work: more than a report may tell. */
  constructor(checks: ReadinessChecks, onFailure: (check: string, error: unknown) => void) {
    this.#checks = checks;
    this.#onFailure = onFailure;
  }

  /** Does all checks. */
  report(): Promise<ReadinessReport> {
    const now = performance.now();
    if (this.#last === undefined || now - this.#last.at > maximumAge) {
      this.#last = { at: now, report: this.#checkAll() };
    }
    return this.#last.report;
  }

  /** Has reports say so, and the next one check anew. @param facts that anyone may hear. */
  tell(facts: ReadinessFacts): void {
    this.#facts = facts;
    this.#last = undefined;
  }

  async #checkAll(): Promise<ReadinessReport> {
    const results = await Promise.all(
      Object.entries(this.#checks).map(
        async ([name, check]) => [name, await this.#check(name, check)] as const,
      ),
    );
    return {
      ready: results.every(([, result]) => result === "ok"),
      checks: Object.fromEntries(results),
      ...this.#facts,
    };
  }

  async #check(name: string, check: () => Promise<void>): Promise<string> {
    try {
      await withPatience(check());
      this.#failing.delete(name);
      return "ok";
    } catch (error) {
      const isNews = !this.#failing.has(name) && !(error instanceof NotOpenError);
      if (isNews) this.#onFailure(name, error);
      this.#failing.add(name);
      return reasonOf(error);
    }
  }
}

class NoAnswerError extends Error {
  override readonly name = "NoAnswerError";
}

async function withPatience(answer: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new NoAnswerError(`no answer in ${patience / 1000} s`)), patience);
  });
  try {
    await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * The code of an error or of what caused it, as the operating system or PostgreSQL names it. Never the text, which
 * may hold an address, a user or a query, and anyone may ask for readiness.
 */
function reasonOf(error: unknown): string {
  if (error instanceof NoAnswerError || error instanceof NotOpenError) return error.message;
  for (let at = error; at instanceof Error; at = at.cause) {
    const code = systemErrorCode(at);
    if (code !== undefined) return `failed: ${code}`;
  }
  return "failed";
}
