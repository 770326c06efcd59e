import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { packageRoot } from "../../src/packageRoot.ts";

/** Entries of the service: with the model packs of the manifest, or with drawn faces. */
const entries = {
  trained: "dist/src/main.js",
  "drawn-faces": "dist/test/support/drawnFacesService.js",
} as const;

/** Which models a service runs. */
export type Models = keyof typeof entries;

/** How to start a service. */
export interface ServiceOptions {
  readonly models: Models;
  /** Environment variables beside the process's own. */
  readonly env: Readonly<Record<string, string>>;
}

/** A service in a process of its own. */
export interface ServiceProcess {
  readonly endpoint: string;
  readonly pid: number;
  /** Sends a signal and waits for the end; SIGKILL is `kill -9`. */
  stop(signal?: "SIGTERM" | "SIGKILL"): Promise<void>;
}

/**
 * Starts the compiled service on a free port and waits until it answers.
 *
 * @throws with what the service printed, when it ends instead.
 */
export async function startServiceProcess({ models, env }: ServiceOptions): Promise<ServiceProcess> {
  const child = spawn(process.execPath, [entries[models]], {
    cwd: packageRoot,
    env: {
      ...process.env,
      // A test's own flags are not the service's.
      NODE_OPTIONS: "",
      CAMEO_PORT: "0",
      ...(models === "drawn-faces" && { CAMEO_MODEL_PACK: "drawn-faces" }),
      ...env,
      CAMEO_LOG_LEVEL: "info",
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const endpoint = await endpointOf(child);
  return {
    endpoint,
    pid: child.pid as number,
    stop: async (signal = "SIGTERM") => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, "exit");
      child.kill(signal);
      await ended;
    },
  };
}

function endpointOf({ stdout, stderr }: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    if (stdout === null || stderr === null) return reject(new Error("The service has no output"));
    const printed: string[] = [];
    stderr.on("data", (piece: Buffer) => printed.push(piece.toString()));
    createInterface({ input: stdout }).on("line", (line) => {
      const endpoint = /Cameo answers at (http:\S+?)"/.exec(line)?.[1];
      if (endpoint === undefined) printed.push(line);
      else resolve(endpoint);
    });
    stdout.on("close", () => reject(new Error(`The service ended:\n${printed.join("\n")}`)));
  });
}
