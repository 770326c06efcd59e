import { type ChildProcess, spawn } from "node:child_process";
import path from "node:path";
import { z } from "zod";
import { packageRoot } from "../system/packageRoot.ts";
import { systemErrorCode } from "../system/systemError.ts";
import { type NpmFailure, tellNpmFailure } from "./npmFailures.ts";

/** How long npm may wait for the registry, in milliseconds. */
export interface NpmLimits {
  /** For its first answer. */
  readonly answer: number;
  /** For the next piece of an answer. */
  readonly silence: number;
}

/** Thrown when npm does not give a package; the message says what to do. */
export class NpmFetchError extends Error {
  override readonly name = "NpmFetchError";
}

/**
 * Has the user's npm put a package's tarball into a folder, with its settings: registry, proxy, login, certificates and
 * cache. Nothing of the package is run or unpacked, and none of its dependencies is fetched.
 *
 * @param spec `name@version`.
 * @param signal ends npm.
 * @throws NpmFetchError
 */
export async function npmPack(
  spec: string,
  folder: string,
  limits: NpmLimits,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  const [command, ...args] = npmCommand(process.env);
  const child = spawn(command, [...args, ...packArguments(spec, folder, limits)], {
    // The folder of `npm ci`, whose .npmrc counts too.
    cwd: packageRoot,
    env: process.env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const end = () => void child.kill();
  process.once("exit", end);
  signal.addEventListener("abort", end);
  try {
    const { exitCode, stdout, stderr, isLate } = await outcomeOf(child, limits);
    if (isLate) {
      throw new NpmFetchError(
        tellNpmFailure({ code: "ETIMEDOUT", summary: `no answer within ${limits.answer / 1000} s` }),
      );
    }
    if (exitCode !== 0) throw new NpmFetchError(tellNpmFailure(failureIn(stdout, stderr, exitCode)));
  } catch (error) {
    if (systemErrorCode(error) !== "ENOENT") throw error;
    throw new NpmFetchError("there is no npm on the PATH: install it, or bring the files by hand", {
      cause: error,
    });
  } finally {
    process.off("exit", end);
    signal.removeEventListener("abort", end);
  }
}

/** The npm that this process was started by (`npm start`), else the one on the PATH. */
function npmCommand({ npm_execpath: script }: NodeJS.ProcessEnv): readonly [string, ...string[]] {
  // Yarn and pnpm name themselves there too.
  return script !== undefined && path.basename(script) === "npm-cli.js"
    ? [process.execPath, script]
    : ["npm"];
}

function packArguments(spec: string, folder: string, { silence }: NpmLimits): readonly string[] {
  return [
    "pack",
    spec,
    "--ignore-scripts",
    "--json",
    "--dry-run=false",
    `--pack-destination=${folder}`,
    // A line for each answer of the registry.
    "--loglevel=http",
    "--logs-max=0",
    "--update-notifier=false",
    "--fetch-retries=1",
    "--fetch-retry-mintimeout=1000",
    "--fetch-retry-maxtimeout=1000",
    `--fetch-timeout=${silence}`,
  ];
}

interface NpmOutcome {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Whether it was ended because the registry did not answer. */
  readonly isLate: boolean;
}

/** @throws the operating system's error when there is no such program. */
function outcomeOf(child: ChildProcess, { answer }: NpmLimits): Promise<NpmOutcome> {
  const output = { stdout: "", stderr: "" };
  let isLate = false;
  // A connection that nobody takes: npm itself would wait as long as the operating system does.
  const timer = setTimeout(() => {
    isLate = true;
    child.kill();
  }, answer);
  child.stdout?.on("data", (piece: Buffer) => {
    output.stdout += piece.toString();
  });
  child.stderr?.on("data", (piece: Buffer) => {
    output.stderr += piece.toString();
    if (/^npm http /m.test(output.stderr)) clearTimeout(timer);
  });
  return new Promise<NpmOutcome>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (exitCode) => resolve({ exitCode, ...output, isLate }));
  }).finally(() => clearTimeout(timer));
}

const jsonFailure = z.object({ error: z.object({ code: z.string(), summary: z.string() }) });

/** What npm tells of its failure: as JSON, else in the last line that it printed. */
function failureIn(stdout: string, stderr: string, exitCode: number | null): NpmFailure {
  const told = jsonFailure.safeParse(parsed(stdout));
  if (told.success) {
    const { code, summary } = told.data.error;
    return { code, summary: summary.split("\n", 1).join() };
  }
  const [lastLine] = stderr.trim().split("\n").slice(-1);
  return { code: undefined, summary: lastLine || `ended with ${exitCode ?? "a signal"}` };
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
