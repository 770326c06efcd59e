import { parseArgs } from "node:util";
import { readConfig } from "../boot/config.ts";
import { choosePack, type ModelCatalogue } from "../packs/choosePack.ts";
import { findPack } from "../packs/findPack.ts";
import { type ModelPack, modelsOf } from "../packs/pack.ts";
import { type PackSource, preparePack, tellTried } from "../packs/prepare.ts";
import type { ModelReport } from "../packs/report.ts";
import { type Command, type CommandContext, type ExitCode, exitCodes } from "./command.ts";

const usage = `cameo models [PACK ...]

Makes model packs ready, so that a later start needs no network: fetches their files, checks and converts them.
Without a name it is the pack that CAMEO_MODEL_PACK names; where that is not set, the first of the preferred packs that
can be had.
`;

/** `cameo models`: fetches and checks the files of model packs. */
export const modelsCommand: Command = {
  usage,
  run: async (args, { env, catalogue, stop }) => {
    try {
      return await makeAllReady(args, env, catalogue);
    } catch (error) {
      // A terminal's Ctrl-C ends npm too, whose end then looks like a failure.
      if (!stop.aborted) throw error;
      console.error("Stopped. What came whole is kept; the same command goes on from there.");
      return exitCodes.interrupted;
    }
  },
};

async function makeAllReady(
  args: readonly string[],
  env: CommandContext["env"],
  catalogue: ModelCatalogue,
): Promise<ExitCode> {
  const { positionals } = parseArgs({ args: [...args], options: {}, allowPositionals: true });
  // Whether the service may be reached from elsewhere is not this command's matter.
  const config = readConfig({ ...env, CAMEO_HOST: undefined });
  const source = {
    modelsDir: config.modelsDir,
    mirrors: config.modelMirrors,
    unanswering: new Set<string>(),
    acceptedLicences: config.acceptedLicences,
  };
  const open = (pack: ModelPack) => makeReady(pack, source);
  const ready = positionals.map((name) => findPack(name, catalogue.packs));
  for (const pack of ready) await open(pack);
  if (ready.length === 0) {
    // Whoever asks wants the best that can be had, also where a weaker one lies here.
    const tools = { isAtHand: async () => false, open };
    const { pack, notice, lacking } = await choosePack({ catalogue, named: config.modelPack }, tools);
    for (const { missing } of lacking) for (const line of tellTried(missing)) console.warn(`  ${line}`);
    if (notice !== undefined) console.warn(notice);
    ready.push(pack);
  }
  console.log(`Ready in ${config.modelsDir}: ${ready.map(({ name }) => name).join(", ")}`);
  return exitCodes.done;
}

async function makeReady(pack: ModelPack, source: Omit<PackSource, "report">): Promise<void> {
  console.log(`Model pack ${pack.name}:`);
  for (const { name, publisher, licence, licenceUrl, commercialUse } of modelsOf(pack)) {
    const use = commercialUse ? "" : ", not for business use";
    console.log(`  ${name}, ${publisher}: ${licence}${use}, ${licenceUrl}`);
  }
  if (pack.unmeasured !== undefined) console.log(`  Never measured: ${pack.unmeasured}.`);
  await preparePack(pack, {
    ...source,
    report: printer(),
  });
}

/** Prints how it goes: on a terminal with a line for what comes in. */
function printer(): ModelReport {
  const { isTTY } = process.stdout;
  const say = (print: (line: string) => void, line: string) => {
    if (isTTY) process.stdout.write("\r\x1b[K");
    print(`  ${line}`);
  };
  return {
    progress: ({ path, bytes }, received) => {
      if (isTTY) process.stdout.write(`\r\x1b[K  ${path}: ${Math.floor((100 * received) / bytes)} %`);
    },
    note: (message) => say(console.log, message),
    ready: ({ path, bytes }, place) => say(console.log, `${path}: ${bytes} bytes, checked, from ${place}`),
    warn: (message) => say(console.warn, message),
  };
}
