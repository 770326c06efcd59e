import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import type { OperationName } from "../protocol/model.generated.ts";
import { developmentCredential } from "../src/boot/config.ts";
import { offeredOperations } from "../src/operations/registry.ts";
import { packageRoot } from "../src/system/packageRoot.ts";
import { startS3ServerProcess, testBucket, testCredential } from "../test/support/s3ServerProcess.ts";
import type { ServerProcess } from "../test/support/serverProcess.ts";
import { type Models, startServiceProcess } from "../test/support/serviceProcess.ts";
import { formatRows, readResults, rowsOf } from "./support/rows.ts";

const usage = `npm run conformance [-- OPTIONS]

Drives a service with the real AWS SDK. Without --endpoint it starts one, with drawn faces on PGlite.

  --endpoint URL     the service to drive; the keys are those of the environment (AWS_ACCESS_KEY_ID, …)
  --region NAME      us-east-1
  --database URL     PostgreSQL for the service that is started, instead of PGlite
  --photos FOLDER    photos of real people, a folder each, for a service that recognises them:
                     used with --endpoint, and with trained models for a service that is started
  --bucket NAME      a bucket that the service of --endpoint may read and the suite may write; without it
                     images in S3 are not tested. The keys are CONFORMANCE_S3_CREDENTIALS
                     (accessKeyId:secretAccessKey) of the environment, or those of the service
  --s3-endpoint URL  where the bucket is, when not at AWS
`;

const { values: options } = parseArgs({
  options: {
    endpoint: { type: "string" },
    region: { type: "string", default: "us-east-1" },
    database: { type: "string" },
    photos: { type: "string" },
    bucket: { type: "string" },
    "s3-endpoint": { type: "string" },
    help: { type: "boolean" },
  },
});

async function main(): Promise<number> {
  if (options.help) {
    console.log(usage);
    return 0;
  }
  if (options.endpoint !== undefined) {
    const { bucket, "s3-endpoint": s3Endpoint } = options;
    if (bucket === undefined) console.log("Images in S3 are not tested: no --bucket NAME is given");
    return runSuite({
      CONFORMANCE_ENDPOINT: options.endpoint,
      ...(bucket !== undefined && { CONFORMANCE_S3_BUCKET: bucket }),
      ...(s3Endpoint !== undefined && { CONFORMANCE_S3_ENDPOINT: s3Endpoint }),
    });
  }

  const folder = await mkdtemp(path.join(tmpdir(), "cameo-conformance-"));
  const models: Models = options.photos === undefined ? "drawn-faces" : "trained";
  const servers: ServerProcess[] = [];
  try {
    const s3 = await startS3ServerProcess(path.join(folder, "s3"));
    servers.push(s3);
    const s3Credentials = `${testCredential.accessKeyId}:${testCredential.secretAccessKey}`;
    const service = await startServiceProcess({
      models,
      env: {
        CAMEO_DATA_DIR: path.join(folder, "data"),
        ...(models === "drawn-faces" && { CAMEO_MODELS_DIR: path.join(folder, "models") }),
        ...(options.database !== undefined && { DATABASE_URL: options.database }),
        CAMEO_S3_ENDPOINT: s3.endpoint,
        CAMEO_S3_CREDENTIALS: s3Credentials,
        CAMEO_S3_FORCE_PATH_STYLE: "true",
        CAMEO_S3_BUCKETS: testBucket,
      },
    });
    servers.push(service);
    console.log(
      `Driving ${service.endpoint}: ${models} models, ${options.database ? "PostgreSQL" : "PGlite"}`,
    );
    return await runSuite({
      CONFORMANCE_ENDPOINT: service.endpoint,
      CONFORMANCE_STARTED: "1",
      AWS_ACCESS_KEY_ID: developmentCredential.accessKeyId,
      AWS_SECRET_ACCESS_KEY: developmentCredential.secretAccessKey,
      CONFORMANCE_S3_BUCKET: testBucket,
      CONFORMANCE_S3_ENDPOINT: s3.endpoint,
      CONFORMANCE_S3_CREDENTIALS: s3Credentials,
    });
  } finally {
    for (const server of servers.reverse()) await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Runs the tests, prints a row for each operation and error, and gives the exit code. */
async function runSuite(env: Readonly<Record<string, string>>): Promise<number> {
  const folder = await mkdtemp(path.join(tmpdir(), "cameo-conformance-results-"));
  const results = path.join(folder, "results.json");
  try {
    const jest = spawn(
      process.execPath,
      [
        "--experimental-vm-modules",
        "node_modules/jest/bin/jest.js",
        ...["--config", "conformance/jest.config.js"],
        ...["--verbose", "--json", "--outputFile", results],
      ],
      {
        cwd: packageRoot,
        // Jest prints what people read on its standard error, and its JSON on standard output too.
        stdio: ["ignore", "ignore", "inherit"],
        env: {
          ...process.env,
          CONFORMANCE_REGION: options.region,
          ...(options.photos !== undefined && { CONFORMANCE_PHOTOS: path.resolve(options.photos) }),
          ...env,
        },
      },
    );
    // Awaited, not blocked on: what the service logs meanwhile has to be read, or it waits for that.
    const [status] = await once(jest, "exit");
    const rows = rowsOf(
      readResults(await readFile(results, "utf8")),
      Object.keys(offeredOperations) as OperationName[],
    );
    console.log(`\n${formatRows(rows)}`);
    return status === 0 && rows.every(({ result }) => result !== "FAIL") ? 0 : 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

process.exitCode = await main();
