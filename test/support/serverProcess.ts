import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { packageRoot } from "../../src/system/packageRoot.ts";

/** How to start a server. */
interface ServerOptions {
  /** Compiled script, relative to the package, and its arguments. */
  readonly command: readonly [script: string, ...args: string[]];
  /** Environment variables beside the process's own. */
  readonly env?: Readonly<Record<string, string>>;
  /** Finds the endpoint in the line that tells of it: the first group. */
  readonly announcement: RegExp;
  /** Hears each line that the server prints after that. */
  readonly onLine?: ((line: string) => void) | undefined;
}

/** A server in a process of its own. */
export interface ServerProcess {
  readonly endpoint: string;
  readonly pid: number;
  /** The lines of its output up to the one that tells its endpoint. */
  readonly printed: readonly string[];
  /** Is kept when the process ends, however it does. */
  readonly ended: Promise<void>;
  /** Sends a signal and waits for the end; SIGKILL is `kill -9`. */
  stop(signal?: "SIGTERM" | "SIGKILL"): Promise<void>;
}

/**
 * Starts a compiled server and waits until it tells its endpoint.
 *
 * @throws with what it printed, when it ends instead.
 */
export async function startServerProcess({
  command,
  env,
  announcement,
  onLine = () => undefined,
}: ServerOptions): Promise<ServerProcess> {
  const child = spawn(process.execPath, command, {
    cwd: packageRoot,
    // A test's own flags are not the server's.
    env: { ...process.env, NODE_OPTIONS: "", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = once(child, "exit").then(() => undefined);
  const { endpoint, printed } = await announced(child, announcement, onLine);
  return {
    endpoint,
    printed,
    pid: child.pid as number,
    ended,
    stop: async (signal = "SIGTERM") => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill(signal);
      await ended;
    },
  };
}

function announced(
  { stdout, stderr }: ChildProcess,
  announcement: RegExp,
  onLine: (line: string) => void,
): Promise<Pick<ServerProcess, "endpoint" | "printed">> {
  return new Promise((resolve, reject) => {
    if (stdout === null || stderr === null) return reject(new Error("The server has no output"));
    const printed: string[] = [];
    stderr.on("data", (piece: Buffer) => printed.push(piece.toString()));
    const lines = createInterface({ input: stdout }).on("line", (line) => {
      printed.push(line);
      const endpoint = announcement.exec(line)?.[1];
      if (endpoint === undefined) return;
      // All output has to be read: a server whose output is not taken waits.
      lines.removeAllListeners("line").on("line", onLine);
      resolve({ endpoint, printed });
    });
    stdout.on("close", () => reject(new Error(`The server ended:\n${printed.join("\n")}`)));
  });
}
