import { subscribe } from "node:diagnostics_channel";
import type { ServerResponse } from "node:http";
import { isMainThread } from "node:worker_threads";
import { prepareTrap } from "../../test/support/prepareTrap.ts";

/**
 * Loaded into a service before all else, by `--import`: does on SIGUSR2 what no one can do to a process from outside.
 * `CAMEO_FAULT` tells what.
 */
const toThreads = new BroadcastChannel("faults");
if (!isMainThread) {
  toThreads.onmessage = () => {
    throw new Error("a fault that ends the thread");
  };
}
// Nothing is to stay alive for it. (In Node's types the browser's has no such method.)
(toThreads as unknown as { unref(): void }).unref();

const faults: Readonly<Record<string, () => void>> = {
  threads: () => toThreads.postMessage("end"),
  clock: () => jumpClock(3_600_000),
  database: prepareTrap(),
  exception: () => {
    setImmediate(() => {
      throw new Error("a fault that nobody catches");
    });
  },
  rejection: () => {
    void Promise.reject(new Error("a fault that nobody waits for"));
  },
};

const fault = faults[process.env.CAMEO_FAULT ?? ""];
if (isMainThread && fault !== undefined) process.on("SIGUSR2", fault);

/** Moves the clock of the day, as a correction by NTP does: what counts time by it sees a jump. */
function jumpClock(milliseconds: number): void {
  const Real = Date;
  const now = () => Real.now() + milliseconds;
  globalThis.Date = new Proxy(Real, {
    construct: (target, args) => (args.length === 0 ? new target(now()) : Reflect.construct(target, args)),
    get: (target, key) => (key === "now" ? now : Reflect.get(target, key)),
  });
  // Node's own Date header takes the clock that it kept from its start.
  subscribe("http.server.request.start", (message) => {
    const { response } = message as { readonly response: ServerResponse };
    response.setHeader("Date", new Date().toUTCString());
  });
}
