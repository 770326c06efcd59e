import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Longest that a program may take, in milliseconds. */
const timeout = 60_000;

/**
 * Why a program cannot be run here; undefined when it can.
 *
 * @param probe a command that succeeds where it can, such as `["aws", "--version"]`.
 */
export async function missing([program, ...args]: readonly [string, ...string[]]): Promise<
  string | undefined
> {
  return run(program, args, { timeout }).then(
    () => undefined,
    () => `${[program, ...args].join(" ")} does not run here`,
  );
}

/** Runs a program and gives what it printed, read as JSON; undefined when it printed nothing. */
export async function runForJson(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<unknown> {
  const { stdout } = await run(program, args, { timeout, env: { ...process.env, ...env } });
  return stdout.trim() === "" ? undefined : JSON.parse(stdout);
}
