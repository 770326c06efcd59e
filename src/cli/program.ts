import type { ModelCatalogue } from "../packs/choosePack.ts";
import { isOperatorFault } from "../system/operatorFaults.ts";
import { systemErrorCode } from "../system/systemError.ts";
import { type Command, CommandAbortedError, type ExitCode, exitCodes, UsageError } from "./command.ts";

/** A command as the list of commands has it; what it needs is loaded when it is asked for. */
interface ListedCommand {
  readonly name: string;
  readonly summary: string;
  load(): Promise<Command>;
}

const commands: readonly ListedCommand[] = [
  {
    name: "index",
    summary: "indexes a folder or a bucket of photos",
    load: async () => (await import("./index/indexCommand.ts")).indexCommand,
  },
  {
    name: "reindex",
    summary: "moves a collection to another model pack",
    load: async () => (await import("./reindex/reindexCommand.ts")).reindexCommand,
  },
  {
    name: "models",
    summary: "makes model packs ready, so that a later start needs no network",
    load: async () => (await import("./models.ts")).modelsCommand,
  },
  {
    name: "erase",
    summary: "clears what was deleted from the database's files",
    load: async () => (await import("./erase.ts")).eraseCommand,
  },
];

const usage = `cameo COMMAND [OPTIONS]

${commands.map(({ name, summary }) => `  ${name.padEnd(10)}${summary}`).join("\n")}

cameo COMMAND --help tells more. Exit codes: 0 done; 1 done, but for what the report names; 2 wrong arguments;
3 given up, 130 stopped: the same command goes on from there.
`;

/** One Ctrl-C comes twice under `npm run`, from the terminal and from npm: within so many milliseconds. */
const sameKeystroke = 500;

/**
 * Runs the command that the process was started with, and sets its exit code.
 *
 * @param catalogue the model packs to choose from.
 */
export async function runProgram(catalogue: ModelCatalogue): Promise<void> {
  const stop = stopOnSignals();
  const [name, ...args] = process.argv.slice(2);
  try {
    process.exitCode = await runCommand(name, args, catalogue, stop);
  } catch (error) {
    process.exitCode = isUsageError(error) ? exitCodes.usage : exitCodes.aborted;
    console.error(isToldInWords(error) ? error.message : error);
  }
  // Nothing is in work any more; an idle connection must not keep the process.
  process.exit();
}

/** Aborts on the first SIGINT or SIGTERM; a later one ends the process. */
function stopOnSignals(): AbortSignal {
  const stop = new AbortController();
  let stoppedAt = 0;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      if (!stop.signal.aborted) {
        stoppedAt = performance.now();
        console.error(`${signal}: ending after what is in work; once more to end at once`);
        stop.abort();
      } else if (performance.now() - stoppedAt > sameKeystroke) process.exit(exitCodes.interrupted);
    });
  }
  return stop.signal;
}

async function runCommand(
  name: string | undefined,
  args: readonly string[],
  catalogue: ModelCatalogue,
  stop: AbortSignal,
): Promise<ExitCode> {
  if (name === "--help" || name === "help") {
    process.stdout.write(usage);
    return exitCodes.done;
  }
  const listed = commands.find((candidate) => candidate.name === name);
  if (listed === undefined) throw new UsageError(usage);
  const command = await listed.load();
  if (args.includes("--help")) {
    process.stdout.write(command.usage);
    return exitCodes.done;
  }
  try {
    return await command.run(args, { env: process.env, catalogue, stop });
  } catch (error) {
    if (isUsageError(error)) console.error(`cameo ${name} --help tells how it is used.`);
    throw error;
  }
}

function isToldInWords(error: unknown): error is Error {
  return isOperatorFault(error) || error instanceof CommandAbortedError || isUsageError(error);
}

function isUsageError(error: unknown): error is Error {
  return error instanceof UsageError || systemErrorCode(error)?.startsWith("ERR_PARSE_ARGS") === true;
}
