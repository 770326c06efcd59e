import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { packageRoot } from "../../src/system/packageRoot.ts";

const run = promisify(execFile);

/** A PostgreSQL of this machine that may be broken. */
export class BreakablePostgres {
  readonly url: string;
  readonly #folder: string;
  readonly #binaries: string;

  private constructor(url: string, folder: string, binaries: string) {
    this.url = url;
    this.#folder = folder;
    this.#binaries = binaries;
  }

  /** Starts one in a folder, which is made and must not lie in a folder that is closed to others. */
  static async start(folder: string): Promise<BreakablePostgres> {
    const { stdout } = await run(path.join(packageRoot, ".ci/postgres"), [folder]);
    const [installed] = (await readFile(path.join(folder, "pg/postmaster.opts"), "utf8")).split(" ");
    return new BreakablePostgres(stdout.trim(), folder, path.dirname(installed as string));
  }

  /** Ends at once, without a word to who is connected. */
  async stop(): Promise<void> {
    await this.#control("-m", "immediate", "stop");
  }

  /** Starts again with the options that it had. */
  async start(): Promise<void> {
    const options = await readFile(path.join(this.#folder, "pg/postmaster.opts"), "utf8");
    const words = [...options.matchAll(/"([^"]*)"/g)].map(([, word]) => word as string);
    const ofServer = words.filter((word, index) => word !== "-D" && words[index - 1] !== "-D");
    await this.#control("-w", "-l", path.join(this.#folder, "log"), "-o", ofServer.join(" "), "start");
  }

  /** Kills the process behind one connection of the service; PostgreSQL then ends all of them. */
  async killBackend(): Promise<void> {
    const pids = await this.#ask("select pid from pg_stat_activity where application_name = 'cameo' limit 1");
    for (const pid of pids) process.kill(pid, "SIGKILL");
  }

  /** Ends all connections of the service, as a firewall or a failover does. */
  async cutConnections(): Promise<void> {
    // In this order: the planner is free to evaluate two conditions the other way round.
    await this.#ask(
      `select pid, pg_terminate_backend(pid)
       from (select pid from pg_stat_activity where application_name = 'cameo' offset 0) as connections`,
    );
  }

  /** Stops or continues all processes of it: connections stay, nothing answers. */
  async signal(signal: "SIGSTOP" | "SIGCONT"): Promise<void> {
    const [pid] = (await readFile(path.join(this.#folder, "pg/postmaster.pid"), "utf8")).split("\n");
    const { stdout } = await run("ps", ["-o", "pid=", "--ppid", pid as string]);
    for (const one of [pid as string, ...stdout.split("\n")]) {
      if (one.trim() !== "") process.kill(Number(one), signal);
    }
  }

  /** Ends it and deletes its folder. */
  async destroy(): Promise<void> {
    await run(path.join(packageRoot, ".ci/postgres"), ["--stop", this.#folder]);
  }

  async #control(...words: string[]): Promise<void> {
    const program = path.join(this.#binaries, "pg_ctl");
    await run("runuser", ["-u", "postgres", "--", program, "-D", path.join(this.#folder, "pg"), ...words]);
  }

  async #ask(query: string): Promise<number[]> {
    const client = new pg.Client({ connectionString: this.url, application_name: "faults" });
    client.on("error", () => undefined);
    await client.connect();
    try {
      const { rows } = await client.query<{ pid: number }>(query);
      return rows.map(({ pid }) => pid);
    } finally {
      await client.end();
    }
  }
}
