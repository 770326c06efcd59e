import { writeSync } from "node:fs";
import { systemErrorCode } from "../system/systemError.ts";

/** Milliseconds between attempts while a pipe is full. */
const pause = 5;

const never = new Int32Array(new SharedArrayBuffer(4));

/**
 * Writes all of a text before it returns. Worker threads have Node set standard output to non-blocking: while nobody
 * reads a full pipe this thread waits, as the log does.
 *
 * @throws what keeps it from being written.
 */
export function writeFully(descriptor: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let written = 0; written < bytes.length; ) {
    try {
      written += writeSync(descriptor, bytes, written);
    } catch (error) {
      if (systemErrorCode(error) !== "EAGAIN") throw error;
      Atomics.wait(never, 0, 0, pause);
    }
  }
}
