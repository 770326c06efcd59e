/** Milliseconds between two lines where the output is no terminal. */
const lineInterval = 10_000;
const barWidth = 30;

/** Shows how far a count has come: a bar on a terminal, a line now and then elsewhere. Written to stderr. */
export class Progress {
  readonly #what: string;
  readonly #total: number;
  readonly #start = performance.now();
  #done = 0;
  #shown = performance.now();

  constructor(what: string, total: number) {
    this.#what = what;
    this.#total = total;
  }

  /** One more is done. */
  step(): void {
    this.#done++;
    const isLast = this.#done === this.#total;
    if (process.stderr.isTTY) process.stderr.write(`\r${this.#bar()}${isLast ? "\n" : ""}`);
    else if (isLast || performance.now() - this.#shown > lineInterval) {
      this.#shown = performance.now();
      process.stderr.write(`${this.#text()}\n`);
    }
  }

  #bar(): string {
    const full = Math.round((barWidth * this.#done) / this.#total);
    return `[${"#".repeat(full)}${".".repeat(barWidth - full)}] ${this.#text()}`;
  }

  #text(): string {
    const seconds = (performance.now() - this.#start) / 1000;
    return `${this.#what} ${this.#done}/${this.#total}, ${(this.#done / seconds).toFixed(1)} a second`;
  }
}
