/** Whether requests can be answered, and what keeps them from it. */
export interface ReadinessReport {
  readonly ready: boolean;
  /** "ok", or the reason why not, by what was checked. */
  readonly checks: Readonly<Record<string, string>>;
}

/** Probes come often and from several sides; the answer may be this old, in milliseconds. */
const maximumAge = 2_000;

/** Asks all that requests depend on whether it works, and remembers the answer for a moment. */
export class Readiness {
  readonly #checks: Readonly<Record<string, () => Promise<void>>>;
  #last: { readonly at: number; readonly report: Promise<ReadinessReport> } | undefined;

  constructor(checks: Readonly<Record<string, () => Promise<void>>>) {
    this.#checks = checks;
  }

  /** Does all checks. */
  report(): Promise<ReadinessReport> {
    const now = performance.now();
    if (this.#last === undefined || now - this.#last.at > maximumAge) {
      this.#last = { at: now, report: this.#check() };
    }
    return this.#last.report;
  }

  async #check(): Promise<ReadinessReport> {
    const results = await Promise.all(
      Object.entries(this.#checks).map(async ([name, check]) => {
        const result = await check().then(
          () => "ok",
          (error: unknown) => (error instanceof Error ? error.message : String(error)),
        );
        return [name, result] as const;
      }),
    );
    return { ready: results.every(([, result]) => result === "ok"), checks: Object.fromEntries(results) };
  }
}
