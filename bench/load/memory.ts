import { readFileSync } from "node:fs";

/** A process's resident memory at a time. */
export interface MemorySample {
  /** Seconds since the watching began. */
  readonly seconds: number;
  /** MiB. */
  readonly resident: number;
}

/** Watches a process's resident memory, once a second; on Linux only, elsewhere there are no samples. */
export class MemoryWatch {
  readonly samples: MemorySample[] = [];
  readonly #timer: NodeJS.Timeout;

  constructor(pid: number) {
    const start = performance.now();
    const sample = () => {
      const resident = residentMemory(pid);
      if (resident !== undefined)
        this.samples.push({ seconds: (performance.now() - start) / 1000, resident });
    };
    sample();
    this.#timer = setInterval(sample, 1000);
    this.#timer.unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }
}

/** MiB that a process holds in memory; undefined where the system does not tell. */
export function residentMemory(pid: number): number | undefined {
  try {
    const kibibytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return kibibytes === undefined ? undefined : Number(kibibytes) / 1024;
  } catch {
    return undefined;
  }
}
