import { packs } from "../../models/packs.ts";
import { readConfig } from "../config.ts";
import { modelsOf } from "../recognition/packs/pack.ts";
import { ModelsMissingError, preparePack } from "../recognition/packs/prepare.ts";

/** Makes the configured model pack ready, so that a later start needs no network: `npm run models`. */
async function main(): Promise<void> {
  // Whether the service may be reached from elsewhere is not this command's matter.
  const config = readConfig({ ...process.env, CAMEO_HOST: undefined });
  const pack = packs.find(({ name }) => name === config.modelPack);
  if (pack === undefined) throw new Error(`There is no model pack "${config.modelPack}"`);
  console.log(`Model pack ${pack.name}:`);
  for (const { name, publisher, licence, licenceUrl } of modelsOf(pack)) {
    console.log(`  ${name}, ${publisher}: ${licence}, ${licenceUrl}`);
  }
  await preparePack(pack, {
    modelsDir: config.modelsDir,
    mirrors: config.modelMirrors,
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
  console.log(`Ready in ${config.modelsDir}`);
}

main().catch((error: unknown) => {
  console.error(
    error instanceof ModelsMissingError || !(error instanceof Error) ? String(error) : error.message,
  );
  process.exitCode = 1;
});
