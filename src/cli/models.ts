import { parseArgs } from "node:util";
import { readConfig } from "../config.ts";
import { findPack } from "../recognition/packs/findPack.ts";
import { type ModelPack, modelsOf } from "../recognition/packs/pack.ts";
import { type PackSource, preparePack } from "../recognition/packs/prepare.ts";
import { type Command, exitCodes } from "./command.ts";

const usage = `cameo models [PACK ...]

Makes model packs ready, so that a later start needs no network: fetches their files, checks and converts them.
Without a name it is the pack that CAMEO_MODEL_PACK names.
`;

/** `cameo models`: fetches and checks the files of model packs. */
export const modelsCommand: Command = {
  name: "models",
  summary: "makes model packs ready, so that a later start needs no network",
  usage,
  run: async (args, { env, catalogue }) => {
    const { positionals } = parseArgs({ args: [...args], options: {}, allowPositionals: true });
    // Whether the service may be reached from elsewhere is not this command's matter.
    const config = readConfig({ ...env, CAMEO_HOST: undefined });
    const names = positionals.length > 0 ? positionals : [config.modelPack];
    for (const pack of names.map((name) => findPack(name, catalogue))) {
      await makeReady(pack, {
        modelsDir: config.modelsDir,
        mirrors: config.modelMirrors,
        acceptedLicences: config.acceptedLicences,
      });
    }
    console.log(`Ready in ${config.modelsDir}`);
    return exitCodes.done;
  },
};

async function makeReady(pack: ModelPack, source: Omit<PackSource, "report">): Promise<void> {
  console.log(`Model pack ${pack.name}:`);
  for (const { name, publisher, licence, licenceUrl, commercialUse } of modelsOf(pack)) {
    const use = commercialUse ? "" : ", not for business use";
    console.log(`  ${name}, ${publisher}: ${licence}${use}, ${licenceUrl}`);
  }
  if (pack.unmeasured !== undefined) console.log(`  Never measured: ${pack.unmeasured}.`);
  await preparePack(pack, {
    ...source,
    report: {
      progress: ({ path, bytes }, received) => {
        if (process.stdout.isTTY) {
          process.stdout.write(`\r  ${path}: ${Math.floor((100 * received) / bytes)} %`);
          if (received === bytes) process.stdout.write("\n");
        }
      },
      ready: ({ path, bytes }, place) => console.log(`  ${path}: ${bytes} bytes, checked, from ${place}`),
      warn: (message) => console.warn(`  ${message}`),
    },
  });
}
