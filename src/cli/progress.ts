/** Milliseconds between two lines where the output is no terminal, and between two looks of the line on one. */
const intervals = { lines: 10_000, terminal: 200 } as const;

/** What is counted. */
export interface ProgressSettings {
  /** In the plural, such as "photos". */
  readonly what: string;
  readonly total: number;
  /** Those that an earlier run has done: counted, and not taken for speed. */
  readonly doneBefore: number;
  /** What else to tell, such as how many faces were found. */
  readonly details: () => string;
}

/** Tells on stderr how far a count has come, how fast, and how long it will take: in one line of a terminal, or in a line now and then. */
export class Progress {
  readonly #settings: ProgressSettings;
  readonly #start = performance.now();
  readonly #timer: NodeJS.Timeout;
  #done: number;

  constructor(settings: ProgressSettings) {
    this.#settings = settings;
    this.#done = settings.doneBefore;
    this.#timer = setInterval(
      () => (process.stderr.isTTY ? process.stderr.write(`\r\u001b[K${this.#text()}`) : this.#line()),
      process.stderr.isTTY ? intervals.terminal : intervals.lines,
    );
  }

  /** One more is done. */
  step(): void {
    this.#done++;
  }

  /** Tells something between two looks. */
  note(text: string): void {
    this.#clear();
    console.error(text);
  }

  /** Tells the last count. */
  end(): void {
    clearInterval(this.#timer);
    this.#clear();
    this.#line();
  }

  #clear(): void {
    if (process.stderr.isTTY) process.stderr.write("\r\u001b[K");
  }

  #line(): void {
    console.error(this.#text());
  }

  #text(): string {
    const { what, total, doneBefore, details } = this.#settings;
    const seconds = (performance.now() - this.#start) / 1000;
    const perSecond = (this.#done - doneBefore) / seconds;
    const left = total - this.#done;
    const speed = perSecond > 0 ? `, ${perSecond.toFixed(1)} a second` : "";
    const time = perSecond > 0 && left > 0 ? `, ${duration(left / perSecond)} left` : "";
    return `${this.#done} of ${total} ${what}${speed}${time}; ${details()}`;
  }
}

/** A time as people read it: `1:02:03`, or `2:03` below an hour. */
export function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  const parts = [Math.floor(whole / 60) % 60, whole % 60].map((part) => String(part).padStart(2, "0"));
  const hours = Math.floor(whole / 3600);
  return hours > 0 ? `${hours}:${parts.join(":")}` : parts.join(":").replace(/^0/, "");
}
