import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs, promisify } from "node:util";
import {
  CreateCollectionCommand,
  DescribeCollectionCommand,
  DetectFacesCommand,
  IndexFacesCommand,
  RekognitionClient,
  SearchFacesByImageCommand,
} from "@aws-sdk/client-rekognition";
import { developmentCredential } from "../src/boot/config.ts";
import { packageRoot } from "../src/system/packageRoot.ts";
import { drawPhoto } from "../test/support/drawnFaces/drawPhoto.ts";
import { freePort } from "../test/support/freePort.ts";
import { startServiceProcess } from "../test/support/serviceProcess.ts";

const usage = `npm run watch:check [-- OPTIONS]

Tests the alert rules with promtool, and asks a real Prometheus, which scrapes a running service, each query of the
dashboard: all have to return data, and all metrics of the alerts have to exist. Prometheus and promtool have to be
installed (Debian: apt-get install --no-install-recommends prometheus).

  --database URL  PostgreSQL for the service, instead of PGlite, whose connections have no metrics
`;

const { values: options } = parseArgs({
  options: { database: { type: "string" }, help: { type: "boolean" } },
});

const rules = path.join(packageRoot, "deploy/prometheus/alerts.yaml");
const ruleTests = path.join(packageRoot, "deploy/prometheus/alerts.test.yaml");
const dashboard = path.join(packageRoot, "deploy/grafana/cameo.json");

/** Longest time for a query to return data, in milliseconds: some scrapes, and requests between them. */
const patience = 60_000;

/** What Grafana fills in; Prometheus scrapes each second here. */
const variables: Readonly<Record<string, string>> = {
  $__rate_interval: "10s",
  $instance: ".*",
  $operation: ".*",
};

/** Only a server's pool of connections has these. */
const onlyWithPostgres = "cameo_database_connections";

interface Dashboard {
  readonly panels: readonly {
    readonly title: string;
    readonly targets?: readonly { readonly expr: string }[];
  }[];
}

interface Question {
  readonly title: string;
  readonly query: string;
}

async function main(): Promise<number> {
  if (options.help) {
    console.log(usage);
    return 0;
  }
  await promtool("check", "rules", rules);
  await promtool("test", "rules", ruleTests);
  const questions = [...(await dashboardQuestions()), ...(await alertQuestions())];
  if (questions.length === 0) throw new Error("There is nothing to ask");

  const folder = await mkdtemp(path.join(tmpdir(), "cameo-watch-"));
  const stops: (() => Promise<void>)[] = [() => rm(folder, { recursive: true, force: true })];
  try {
    const metricsPort = await freePort();
    const service = await startServiceProcess({
      models: "drawn-faces",
      env: {
        CAMEO_DATA_DIR: path.join(folder, "data"),
        CAMEO_MODELS_DIR: path.join(folder, "models"),
        CAMEO_METRICS_PORT: String(metricsPort),
        ...(options.database !== undefined && { DATABASE_URL: options.database }),
      },
    });
    stops.push(() => service.stop());
    const prometheus = await startPrometheus(folder, metricsPort);
    stops.push(prometheus.stop);
    return await askAll(questions, prometheus.endpoint, requestsTo(service.endpoint));
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

/** Sends requests and asks, until each question has data. @returns the exit code. */
async function askAll(
  questions: readonly Question[],
  prometheus: string,
  sendRequests: () => Promise<void>,
): Promise<number> {
  const end = Date.now() + patience;
  let open = questions;
  while (open.length > 0 && Date.now() < end) {
    await sendRequests();
    const answers = await Promise.all(open.map(({ query }) => samplesOf(prometheus, query)));
    open = open.filter((_, index) => answers[index] === 0);
  }
  for (const question of questions) {
    console.log(`${open.includes(question) ? "NO DATA" : "data   "}  ${question.title}: ${question.query}`);
  }
  console.log(`${questions.length - open.length} of ${questions.length} queries return data`);
  return open.length === 0 ? 0 : 1;
}

/** Samples that are numbers: a ratio of nothing is none. */
async function samplesOf(prometheus: string, query: string): Promise<number> {
  const response = await fetch(`${prometheus}/api/v1/query?${new URLSearchParams({ query })}`);
  const answer = (await response.json()) as {
    readonly error?: string;
    readonly data?: { readonly result: readonly { readonly value: readonly [number, string] }[] };
  };
  if (answer.data === undefined) throw new Error(`Prometheus refuses ${query}: ${answer.error}`);
  return answer.data.result.filter(({ value: [, number] }) => number !== "NaN").length;
}

async function dashboardQuestions(): Promise<Question[]> {
  const { panels } = JSON.parse(await readFile(dashboard, "utf8")) as Dashboard;
  const questions = panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }) => ({ title, query: fillIn(expr) })),
  );
  return questions.filter(canBeAsked);
}

/** The metrics that alerts are made of: an alert on one that does not exist would never fire. */
async function alertQuestions(): Promise<Question[]> {
  const text = await readFile(rules, "utf8");
  const metrics = new Set(text.match(/\b(cameo|nodejs|process)_[a-z0-9_]+/g));
  return [...metrics].map((query) => ({ title: "alerts", query })).filter(canBeAsked);
}

function canBeAsked({ query }: Question): boolean {
  return options.database !== undefined || !query.includes(onlyWithPostgres);
}

function fillIn(expression: string): string {
  const filled = Object.entries(variables).reduce(
    (text, [variable, value]) => text.replaceAll(variable, value),
    expression,
  );
  if (filled.includes("$")) throw new Error(`${expression} has a variable that this check does not know`);
  return filled;
}

/** Makes a function that sends some requests of each kind, one of them in error. */
function requestsTo(endpoint: string): () => Promise<void> {
  const client = new RekognitionClient({
    endpoint,
    region: "us-east-1",
    credentials: { ...developmentCredential },
    maxAttempts: 1,
  });
  const CollectionId = `watched-${Date.now()}`;
  const created = client.send(new CreateCollectionCommand({ CollectionId }));
  let photos = 0;
  return async () => {
    await created;
    const faces = [{ identity: `someone ${photos++}`, x: 150, y: 150, size: 120 }];
    const Image = { Bytes: drawPhoto({ width: 300, height: 300, faces }).bytes };
    await client.send(new IndexFacesCommand({ CollectionId, Image }));
    await client.send(new SearchFacesByImageCommand({ CollectionId, Image }));
    await client.send(new DetectFacesCommand({ Image }));
    await client.send(new DescribeCollectionCommand({ CollectionId: "none" })).catch(() => undefined);
  };
}

/** Starts a Prometheus that scrapes the service each second and evaluates the rules. */
async function startPrometheus(folder: string, metricsPort: number) {
  const port = await freePort();
  const config = path.join(folder, "prometheus.json");
  // JSON is YAML.
  await writeFile(
    config,
    JSON.stringify({
      global: { scrape_interval: "1s", scrape_timeout: "1s", evaluation_interval: "1s" },
      rule_files: [rules],
      scrape_configs: [{ job_name: "cameo", static_configs: [{ targets: [`127.0.0.1:${metricsPort}`] }] }],
    }),
  );
  const child = spawn(
    "prometheus",
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${path.join(folder, "prometheus")}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  const printed: string[] = [];
  child.stderr.on("data", (piece: Buffer) => printed.push(piece.toString()));
  const ended = once(child, "exit");
  const endpoint = `http://127.0.0.1:${port}`;
  const isReady = () =>
    fetch(`${endpoint}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  while (!(await isReady())) {
    if (child.exitCode !== null) throw new Error(`Prometheus ended:\n${printed.join("")}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const stop = async () => {
    child.kill();
    await ended;
  };
  return { endpoint, stop };
}

/** Runs promtool and prints what it says. @throws when it finds a fault. */
async function promtool(...parameters: string[]): Promise<void> {
  const { stdout, stderr } = await promisify(execFile)("promtool", parameters);
  console.log(`${stdout}${stderr}`.trim());
}

process.exitCode = await main();
