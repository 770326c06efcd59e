import { type FileHandle, open } from "node:fs/promises";
import { CommandAbortedError } from "../command.ts";

/**
 * What a run has done, one JSON line after another in a file that only grows: a run that was killed loses nothing
 * but a line that it was about to write. The first line says what the run is of.
 */
export class Journal<Entry> {
  readonly #file: FileHandle;
  /** What earlier runs have written, oldest first. */
  readonly entries: readonly Entry[];

  private constructor(file: FileHandle, entries: readonly Entry[]) {
    this.#file = file;
    this.entries = entries;
  }

  /**
   * Opens a journal, or begins one.
   *
   * @param subject what the run is of; the file's must be the same.
   * @throws CommandAbortedError for a file that is of something else.
   */
  static async open<Entry>(path: string, subject: object): Promise<Journal<Entry>> {
    const file = await open(path, "a+");
    const text = await file.readFile("utf8");
    // What comes after the last line end was cut off by the end of a run.
    const whole = text.slice(0, text.lastIndexOf("\n") + 1);
    if (whole.length < text.length) await file.truncate(Buffer.byteLength(whole));
    const head = `${JSON.stringify(subject)}\n`;
    if (whole === "") await file.appendFile(head);
    else if (!whole.startsWith(head)) {
      await file.close();
      throw new CommandAbortedError(
        `${path} is of another run: it says\n  ${whole.slice(0, whole.indexOf("\n"))}\nand this run is\n  ${head}` +
          "Give this run another --state FILE, or delete that one to begin anew.",
      );
    }
    const entries = whole.split("\n").slice(1, -1);
    return new Journal(
      file,
      entries.map((line) => JSON.parse(line) as Entry),
    );
  }

  /** Adds an entry; it outlives the process once this has resolved. */
  async append(entry: Entry): Promise<void> {
    await this.#file.appendFile(`${JSON.stringify(entry)}\n`);
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}
