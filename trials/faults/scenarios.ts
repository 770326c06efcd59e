import { execFile } from "node:child_process";
import { readdir, readFile, rm, statfs, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import type { ServiceProcess } from "../../test/support/serviceProcess.ts";
import { type Load, pause } from "./load.ts";
import type { BreakablePostgres } from "./postgres.ts";

/** What a fault is done to. */
export interface Stage {
  readonly load: Load;
  /** The service, until `restart` replaces it. */
  service: ServiceProcess;
  /** Where there is one: else the service has PGlite. */
  readonly postgres: BreakablePostgres | undefined;
  /** Folder of the database, on a small file system of its own where `isSmallDisk`. */
  readonly disk: string;
  /** Where the service keeps its models. */
  readonly modelsDir: string;
  /** Where it fetches them. */
  readonly mirror: string;
  /** Starts the service again at the same address. */
  readonly restart: () => Promise<void>;
}

/** Something that goes wrong, and is well again when `run` ends. */
export interface Scenario {
  readonly name: string;
  readonly database: "PGlite" | "PostgreSQL";
  /** What the instruments of the service do on SIGUSR2. */
  readonly fault?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly needsSmallDisk?: boolean;
  readonly run: (stage: Stage) => Promise<void>;
  /** Part of the short form. */
  readonly isShort?: boolean;
}

/** Time that a fault lasts, in milliseconds. */
const lasting = 2_000;

export const scenarios: readonly Scenario[] = [
  {
    name: "recognition threads end, all of them",
    database: "PGlite",
    fault: "threads",
    isShort: true,
    run: async ({ service, load }) => {
      process.kill(service.pid, "SIGUSR2");
      await load.answers(5);
      process.kill(service.pid, "SIGUSR2");
    },
  },
  {
    name: "model files are damaged while they are used",
    database: "PGlite",
    run: async ({ modelsDir }) => {
      await damageModels(modelsDir);
      await pause(lasting);
    },
  },
  {
    name: "the service is started with model files that are damaged",
    database: "PGlite",
    run: async (stage) => {
      await stage.service.stop("SIGTERM");
      const damaged = await damageModels(stage.modelsDir);
      await stage.restart();
      for (const name of damaged) {
        const [kept, published] = await Promise.all(
          [stage.modelsDir, stage.mirror].map((folder) => readFile(path.join(folder, name))),
        );
        if (!kept?.equals(published as Buffer)) throw new Error(`${name} was not fetched again`);
      }
    },
  },
  {
    name: "the clock jumps an hour ahead",
    database: "PGlite",
    fault: "clock",
    isShort: true,
    run: async ({ service }) => void process.kill(service.pid, "SIGUSR2"),
  },
  {
    name: "the disk is full",
    database: "PGlite",
    needsSmallDisk: true,
    isShort: true,
    run: fillDisk,
  },
  {
    name: "the service is killed (kill -9), and started",
    database: "PGlite",
    run: async (stage) => {
      await stage.service.stop("SIGKILL");
      await stage.restart();
    },
  },
  {
    name: "the service is asked to end (SIGTERM), and started",
    database: "PGlite",
    isShort: true,
    run: async (stage) => {
      await stage.service.stop("SIGTERM");
      await stage.restart();
    },
  },
  {
    name: "an error that nobody caught ends the service, and it is started",
    database: "PGlite",
    fault: "exception",
    run: async (stage) => {
      process.kill(stage.service.pid, "SIGUSR2");
      await stage.service.ended;
      await stage.restart();
    },
  },
  {
    name: "the database traps while it writes, and the service is started",
    database: "PGlite",
    fault: "database",
    isShort: true,
    run: async (stage) => {
      process.kill(stage.service.pid, "SIGUSR2");
      await stage.service.ended;
      await stage.restart();
    },
  },
  {
    name: "the database is stopped, and started",
    database: "PostgreSQL",
    isShort: true,
    run: async ({ postgres }) => {
      await postgres?.stop();
      await pause(lasting);
      await postgres?.start();
    },
  },
  {
    name: "a process of the database is killed (kill -9)",
    database: "PostgreSQL",
    run: async ({ postgres }) => postgres?.killBackend(),
  },
  {
    name: "all connections to the database are cut, ten times",
    database: "PostgreSQL",
    isShort: true,
    run: async ({ postgres }) => {
      for (let time = 0; time < 10; time++) {
        await postgres?.cutConnections();
        await pause(lasting / 10);
      }
    },
  },
  {
    name: "the database is silent (SIGSTOP), longer than queries may take",
    database: "PostgreSQL",
    env: { CAMEO_DATABASE_TIMEOUT: "1" },
    run: async ({ postgres }) => {
      await postgres?.signal("SIGSTOP");
      await pause(4 * lasting);
      await postgres?.signal("SIGCONT");
    },
  },
  {
    name: "the service is started while the database is away",
    database: "PostgreSQL",
    isShort: true,
    run: async (stage) => {
      await stage.service.stop("SIGKILL");
      await stage.postgres?.stop();
      const started = stage.restart();
      await pause(2 * lasting);
      await stage.postgres?.start();
      await started;
    },
  },
  {
    name: "the disk is full",
    database: "PostgreSQL",
    needsSmallDisk: true,
    run: fillDisk,
  },
];

/** Changes one byte of each file of a folder, in place, as a bad disk does; gives their names. */
async function damageModels(folder: string): Promise<string[]> {
  const names = await readdir(folder);
  for (const name of names) {
    const file = path.join(folder, name);
    const bytes = await readFile(file);
    const middle = bytes.length >> 1;
    bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle);
    await writeFile(file, bytes);
  }
  return names;
}

/** Leaves no byte on the small disk until requests have failed for it, and a while longer. */
async function fillDisk({ disk, load }: Stage): Promise<void> {
  const filling = path.join(disk, "filling");
  const { bavail, bsize } = await statfs(disk);
  // More than there is: it fails, and leaves what fitted.
  const count = Math.ceil((bavail * bsize) / 65_536) + 1;
  await promisify(execFile)("dd", ["if=/dev/zero", `of=${filling}`, "bs=64k", `count=${count}`]).catch(
    () => undefined,
  );
  // What has room in the tables' last pages is still stored.
  await load.failures(5);
  await pause(lasting);
  await rm(filling);
}
