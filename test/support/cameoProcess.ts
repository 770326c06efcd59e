import { spawn } from "node:child_process";
import { once } from "node:events";
import { packageRoot } from "../../src/system/packageRoot.ts";

/** How a run of the program ended. */
export interface CameoRun {
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The program in a process of its own. */
export interface CameoProcess {
  /** What it has written so far. */
  readonly output: { readonly stdout: string; readonly stderr: string };
  readonly ended: Promise<CameoRun>;
  kill(signal: "SIGINT" | "SIGKILL"): void;
}

/**
 * Starts the compiled program, with the packs of drawn faces.
 *
 * @param env environment variables beside the process's own.
 */
export function startCameo(args: readonly string[], env: Readonly<Record<string, string>>): CameoProcess {
  const child = spawn(process.execPath, ["dist/test/support/drawnFacesCli.js", ...args], {
    cwd: packageRoot,
    // A test's own flags are not the program's.
    env: { ...process.env, NODE_OPTIONS: "", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].on("data", (piece: Buffer) => {
      output[stream] += piece.toString();
    });
  }
  return {
    output,
    ended: once(child, "close").then(([exitCode]) => ({ exitCode, ...output })),
    kill: (signal) => void child.kill(signal),
  };
}

/** Waits until something is so. @throws when the process ends before. */
export async function waitUntil(
  { ended }: CameoProcess,
  isSo: () => boolean | Promise<boolean>,
): Promise<void> {
  let run: CameoRun | undefined;
  void ended.then((result) => {
    run = result;
  });
  while (!(await isSo())) {
    if (run !== undefined) throw new Error(`The program ended before:\n${run.stdout}\n${run.stderr}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
