import type { ModelCatalogue } from "../packs/choosePack.ts";

/** Exit codes of all commands. */
export const exitCodes = {
  done: 0,
  /** Done, but for photos or faces that the report names. */
  incomplete: 1,
  usage: 2,
  /** Given up; the same command goes on from there. */
  aborted: 3,
  /** As shells tell of SIGINT. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** What a command is run with beside its arguments. */
export interface CommandContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The model packs to choose from. */
  readonly catalogue: ModelCatalogue;
  /** Aborted by Ctrl-C: the command ends as soon as what is in work is done. */
  readonly stop: AbortSignal;
}

/** A command of the program, such as `cameo index`. */
export interface Command {
  /** What `--help` prints. */
  readonly usage: string;
  run(args: readonly string[], context: CommandContext): Promise<ExitCode>;
}

/** Thrown for arguments that make no sense; says what would. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Thrown when a command cannot go on; says how to mend it. */
export class CommandAbortedError extends Error {
  override readonly name = "CommandAbortedError";
}

/** The value of an option that has to be given. @throws UsageError */
export function required(option: string, value: string | undefined): string {
  if (value === undefined || value === "") throw new UsageError(`--${option} has to be given`);
  return value;
}

/** The value of an option that may be left out, as `read` reads it. */
export function optional<Value>(text: string | undefined, read: (text: string) => Value): Value | undefined {
  return text === undefined ? undefined : read(text);
}

/** The value of an option that is a whole number. @throws UsageError */
export function wholeNumber(option: string, text: string, minimum: number, maximum: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= minimum && value <= maximum) return value;
  throw new UsageError(`--${option} must be a whole number from ${minimum} to ${maximum}`);
}

/** The value of an option that is one of several words. @throws UsageError */
export function oneOf<Word extends string>(option: string, text: string, words: readonly Word[]): Word {
  const word = words.find((candidate) => candidate === text);
  if (word === undefined) throw new UsageError(`--${option} must be one of ${words.join(", ")}`);
  return word;
}

/** The only argument that is no option. @throws UsageError */
export function onlyArgument(what: string, positionals: readonly string[]): string {
  const [argument, ...others] = positionals;
  if (argument === undefined || others.length > 0) throw new UsageError(`Name one ${what}`);
  return argument;
}
