import { spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { developmentCredential } from "../src/config.ts";
import { packageRoot } from "../src/packageRoot.ts";
import { type Models, startServiceProcess } from "../test/support/serviceProcess.ts";

const usage = `npm run conformance [-- OPTIONS]

Drives a service with the real AWS SDK. Without --endpoint it starts one, with drawn faces on PGlite.

  --endpoint URL     the service to drive; the keys are those of the environment (AWS_ACCESS_KEY_ID, …)
  --region NAME      us-east-1
  --database URL     PostgreSQL for the service that is started, instead of PGlite
  --photos FOLDER    photos of real people, a folder each, for a service that recognises them:
                     used with --endpoint, and with trained models for a service that is started
`;

const { values: options } = parseArgs({
  options: {
    endpoint: { type: "string" },
    region: { type: "string", default: "us-east-1" },
    database: { type: "string" },
    photos: { type: "string" },
    help: { type: "boolean" },
  },
});

async function main(): Promise<number> {
  if (options.help) {
    console.log(usage);
    return 0;
  }
  if (options.endpoint !== undefined) return runSuite({ CONFORMANCE_ENDPOINT: options.endpoint });

  const folder = await mkdtemp(path.join(tmpdir(), "cameo-conformance-"));
  const models: Models = options.photos === undefined ? "drawn-faces" : "trained";
  const service = await startServiceProcess({
    models,
    env: {
      CAMEO_DATA_DIR: path.join(folder, "data"),
      ...(models === "drawn-faces" && { CAMEO_MODELS_DIR: path.join(folder, "models") }),
      ...(options.database !== undefined && { DATABASE_URL: options.database }),
    },
  });
  console.log(`Driving ${service.endpoint}: ${models} models, ${options.database ? "PostgreSQL" : "PGlite"}`);
  try {
    return runSuite({
      CONFORMANCE_ENDPOINT: service.endpoint,
      AWS_ACCESS_KEY_ID: developmentCredential.accessKeyId,
      AWS_SECRET_ACCESS_KEY: developmentCredential.secretAccessKey,
    });
  } finally {
    await service.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function runSuite(env: Readonly<Record<string, string>>): number {
  const jest = [
    "--experimental-vm-modules",
    "node_modules/jest/bin/jest.js",
    "--config",
    "conformance/jest.config.js",
    "--verbose",
  ];
  const { status } = spawnSync(process.execPath, jest, {
    cwd: packageRoot,
    stdio: "inherit",
    env: {
      ...process.env,
      CONFORMANCE_REGION: options.region,
      ...(options.photos !== undefined && { CONFORMANCE_PHOTOS: path.resolve(options.photos) }),
      ...env,
    },
  });
  return status ?? 1;
}

process.exitCode = await main();
