import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs, promisify } from "node:util";
import { packageRoot } from "../src/system/packageRoot.ts";
import { freePort } from "../test/support/freePort.ts";
import { startServiceProcess } from "../test/support/serviceProcess.ts";
import { Load, pause } from "./faults/load.ts";
import { BreakablePostgres } from "./faults/postgres.ts";
import { type FaultRow, formatFaultRows } from "./faults/rows.ts";
import { type Scenario, type Stage, scenarios } from "./faults/scenarios.ts";
import { serverLost, serverLostName } from "./faults/serverLost.ts";

const usage = `npm run faults [-- OPTIONS]

Breaks what a running service stands on, while programs index and search drawn faces, and prints a row for each fault:
requests that were sent, answered and failed, faces that were answered and are lost, images stored twice, and the time
until a request is answered again. Exits with 1 when anything is lost, doubled or wrong, or nothing recovers.

  --short       the most telling ones, in about a minute
  --only TEXT   those whose name contains it

Runs on Linux. PostgreSQL and full disks need root: those are skipped without it.
`;

const { values: options } = parseArgs({
  options: { short: { type: "boolean" }, only: { type: "string" }, help: { type: "boolean" } },
});

const run = promisify(execFile);

/** Programs that send at a time. */
const lanes = 4;

/** Requests that are answered before a fault, and after it. */
const calm = 20;

/** Longest time until a request is answered again, in seconds. */
const patience = 30;

/** Bytes of the small disk: an empty database, and some faces. */
const smallDisk = "192m";

async function main(): Promise<number> {
  if (options.help) {
    console.log(usage);
    return 0;
  }
  const isRoot = process.getuid?.() === 0;
  const rows: FaultRow[] = [];
  const isWanted = (name: string, isShort: boolean) =>
    (!options.short || isShort) && name.includes(options.only ?? "");
  for (const scenario of scenarios.filter(({ name, isShort = false }) => isWanted(name, isShort))) {
    const { name, database, needsSmallDisk } = scenario;
    if (!isRoot && (database === "PostgreSQL" || needsSmallDisk)) {
      rows.push({ name, database, skipped: "needs root" });
    } else {
      rows.push(await inFolder((folder) => act(scenario, folder)));
    }
    console.log(formatFaultRows(rows.slice(-1), rows.length === 1));
  }
  for (const engine of options.short ? (["memory"] as const) : (["memory", "pgvector"] as const)) {
    const name = serverLostName(engine);
    if (!isWanted(name, true)) continue;
    rows.push(
      isRoot
        ? await inFolder((folder) => serverLost(engine, folder, options.short ? 10 : 30))
        : { name, database: "PostgreSQL", skipped: "needs root" },
    );
    console.log(formatFaultRows(rows.slice(-1), rows.length === 1));
  }
  const failed = rows.filter(({ failure }) => failure !== undefined);
  console.log(
    `${rows.length} faults, ${failed.length} failed, ${rows.filter(({ skipped }) => skipped).length} skipped`,
  );
  return rows.length > 0 && failed.length === 0 ? 0 : 1;
}

async function inFolder<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(path.join(tmpdir(), "cameo-faults-"));
  // PostgreSQL runs as a user of its own.
  await chmod(folder, 0o711);
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Does one fault to one service under load, and judges. */
async function act(scenario: Scenario, folder: string): Promise<FaultRow> {
  const { name, database, fault = "", needsSmallDisk = false } = scenario;
  const disk = path.join(folder, "disk");
  await mkdir(disk);
  const stops: (() => Promise<unknown>)[] = [];
  try {
    if (needsSmallDisk) {
      await run("mount", ["-t", "tmpfs", "-o", `size=${smallDisk},mode=711`, "none", disk]);
      stops.push(() => run("umount", ["-l", disk]));
    }
    const postgres =
      database === "PostgreSQL" ? await BreakablePostgres.start(path.join(disk, "postgres")) : undefined;
    if (postgres !== undefined) stops.push(() => postgres.destroy());
    const modelsDir = path.join(folder, "models");
    const mirror = path.join(folder, "mirror");
    const env = {
      NODE_OPTIONS: `--import ${path.join(packageRoot, "dist/trials/faults/instruments.js")}`,
      CAMEO_PORT: String(await freePort()),
      CAMEO_FAULT: fault,
      CAMEO_MODELS_DIR: modelsDir,
      CAMEO_MODEL_MIRRORS: mirror,
      TEST_PUBLISHED: mirror,
      CAMEO_DATA_DIR: path.join(disk, "data"),
      ...(postgres !== undefined && { DATABASE_URL: postgres.url }),
      ...scenario.env,
    };
    const startService = () => startServiceProcess({ models: "drawn-faces", env });
    const service = await startService();
    const load = new Load(service.endpoint);
    const stage: Stage = {
      load,
      service,
      postgres,
      disk,
      modelsDir,
      mirror,
      restart: async () => {
        stage.service = await startService();
      },
    };
    stops.push(() => stage.service.stop("SIGKILL"));
    load.start(lanes);
    await load.answers(calm);
    await scenario.run(stage);
    const recovery = await Promise.race([load.recovery(), pause(1000 * patience).then(() => undefined)]);
    if (recovery !== undefined) await load.answers(calm);
    await load.stop();
    const verdict = await load.verdict(service.endpoint);
    return { name, database, tally: load.tally, verdict, recovery, ...failureOf(load, verdict, recovery) };
  } catch (error) {
    return { name, database, failure: String(error) };
  } finally {
    for (const stop of stops.reverse()) await stop().catch(() => undefined);
  }
}

function failureOf(
  { tally }: Load,
  { lost, doubled }: Awaited<ReturnType<Load["verdict"]>>,
  recovery: number | undefined,
): { readonly failure?: string } {
  const failures = [
    ...(lost > 0 ? ["faces were lost"] : []),
    ...(doubled > 0 ? ["faces were stored twice"] : []),
    ...tally.wrong.slice(0, 3),
    ...(recovery === undefined ? [`no answer within ${patience} s`] : []),
  ];
  return failures.length > 0 ? { failure: failures.join("; ") } : {};
}

process.exitCode = await main();
