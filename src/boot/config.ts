import { existsSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import path from "node:path";
import { z } from "zod";
import {
  type AccessKey,
  AccessKeyError,
  fileOf,
  readAccessKeyFile,
  readPairs,
  unlimitedKey,
} from "../access/accessKeys.ts";
import { type RateLimits, rateLimitsOf } from "../access/rateLimits.ts";
import { longestRetention } from "../housekeeping/retentionTag.ts";
import type { S3Settings } from "../images/s3Settings.ts";
import type { TlsFiles } from "../server/tls.ts";
import { packageRoot } from "../system/packageRoot.ts";

/** The development key that a service bound to loopback takes when no credentials are set. */
export const developmentCredential = { accessKeyId: "cameo", secretAccessKey: "cameo-secret" } as const;

export const logLevels = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;

const vectorIndexes = ["memory", "pgvector"] as const;

/**
 * Every setting, in one table: the environment variable, what it means, its default as the docs print it,
 * and how its text is read. `readConfig` and the table in `docs/configuration.md` come from here.
 */
const settings = {
  host: {
    variable: "CAMEO_HOST",
    meaning: "Address to listen on. Anything but a loopback address needs `CAMEO_CREDENTIALS`.",
    schema: z.string().min(1).default("127.0.0.1"),
  },
  port: {
    variable: "CAMEO_PORT",
    meaning: "Port to listen on; 0 takes a free one.",
    schema: wholeNumber(0, 65_535).default(8484),
  },
  tlsCert: {
    variable: "CAMEO_TLS_CERT",
    meaning:
      "File of the certificate, with those between it and the root after it (PEM): switches TLS on, with `CAMEO_TLS_KEY`. Both are read again when they change.",
    schema: z.string().min(1).optional(),
  },
  tlsKey: {
    variable: "CAMEO_TLS_KEY",
    meaning: "File of the certificate's private key (PEM).",
    schema: z.string().min(1).optional(),
  },
  maxConnections: {
    variable: "CAMEO_MAX_CONNECTIONS",
    meaning: "Most connections at once; more are closed as they come.",
    schema: wholeNumber(1, 1_000_000).default(4096),
  },
  requestTimeout: {
    variable: "CAMEO_REQUEST_TIMEOUT",
    meaning: "Seconds that a request may take to arrive, its body included.",
    schema: wholeNumber(1, 3600).default(60),
  },
  bodyMemory: {
    variable: "CAMEO_BODY_MEMORY",
    meaning:
      "MiB that the bodies of all requests in work may hold together; beyond it callers get ThrottlingException. A quarter of it is for requests that name no known access key.",
    schema: wholeNumber(128, 1_000_000).default(512),
  },
  dataDir: {
    variable: "CAMEO_DATA_DIR",
    meaning: "Folder of the embedded database (PGlite). Unused when `DATABASE_URL` is set.",
    schema: z.string().min(1).default("./data"),
  },
  databaseUrl: {
    variable: "DATABASE_URL",
    meaning:
      "PostgreSQL with pgvector, `postgres://user:password@host:5432/name`; or the path of a file with it. Not set: PGlite.",
    schema: z
      .string()
      .transform(textOrFile)
      .pipe(z.url({ protocol: /^postgres(ql)?$/, error: "must be a postgres:// address" }))
      .optional(),
  },
  databaseWait: {
    variable: "CAMEO_DATABASE_WAIT",
    meaning:
      "Seconds that a start waits for a PostgreSQL that cannot be reached yet; meanwhile callers get ThrottlingException.",
    schema: wholeNumber(0, 86_400).default(300),
  },
  databaseTimeout: {
    variable: "CAMEO_DATABASE_TIMEOUT",
    meaning:
      "Seconds that a query to PostgreSQL may take; beyond it, and after 5 seconds without a connection, callers get ThrottlingException.",
    schema: wholeNumber(1, 3600).default(30),
  },
  drainTimeout: {
    variable: "CAMEO_DRAIN_TIMEOUT",
    meaning:
      "Seconds that SIGTERM leaves to requests in work; then their connections are closed. A second signal ends at once.",
    schema: wholeNumber(0, 3600).default(25),
  },
  credentials: {
    variable: "CAMEO_CREDENTIALS",
    meaning:
      "Access keys, `accessKeyId:secretAccessKey`, comma separated; or the path of a file, with one key a line or [JSON](security.md#access-keys) that gives each its rights. The file is read again when it changes.",
    schema: z.string().transform(orIssues(readKeys)).optional(),
  },
  rateLimits: {
    variable: "CAMEO_RATE_LIMITS",
    meaning:
      "Calls a second that each access key may make, by operation, such as `IndexFaces=50,SearchFacesByImage=50:100,*=200`: after a colon how many at once, `*` for each other operation. Counted by each server for itself; beyond it callers get ProvisionedThroughputExceededException.",
    schema: z.string().transform(rateLimitsOf).optional(),
  },
  region: {
    variable: "CAMEO_REGION",
    meaning: "Region that requests are signed for and that ARNs carry.",
    schema: regionName().default("us-east-1"),
  },
  accountId: {
    variable: "CAMEO_ACCOUNT_ID",
    meaning: "Account that ARNs carry, 12 digits.",
    schema: z
      .string()
      .regex(/^\d{12}$/, "must be 12 digits")
      .default("000000000000"),
  },
  modelsDir: {
    variable: "CAMEO_MODELS_DIR",
    meaning: "Folder of the model files; missing ones are fetched into it.",
    schema: z.string().min(1).default("./models"),
  },
  modelMirrors: {
    variable: "CAMEO_MODEL_MIRRORS",
    meaning:
      "Folders or http(s) addresses, comma separated, asked for a model file before its publisher. A folder `../shared/models` beside the checkout is always asked when it exists.",
    schema: z.string().default("").transform(commaSeparated),
  },
  modelPack: {
    variable: "CAMEO_MODEL_PACK",
    meaning:
      "Model pack that new collections are made with; `models/README.md` lists them. Not set: the one that made the newest collection; where there is none, the first of the preferred packs that can be had ([which](deployment.md#which-weights-a-start-takes)).",
    schema: z.string().min(1).optional(),
  },
  acceptedLicences: {
    variable: "CAMEO_ACCEPT_MODEL_LICENCES",
    meaning:
      "Model packs, comma separated, whose licences you accept although they do not allow commercial use; without it such a pack is refused.",
    schema: z.string().default("").transform(commaSeparated),
  },
  workers: {
    variable: "CAMEO_WORKERS",
    meaning:
      "Recognition threads for what people wait for, and as many for IndexFaces while there is any. Default: one for each core.",
    schema: wholeNumber(1, 1024).default(availableParallelism()),
    printedDefault: "cores",
  },
  queueLimit: {
    variable: "CAMEO_QUEUE_LIMIT",
    meaning:
      "Images that may wait for a recognition thread, of IndexFaces and of all else; beyond it callers get ThrottlingException.",
    schema: wholeNumber(1, 1_000_000).default(256),
  },
  searchCacheSeconds: {
    variable: "CAMEO_SEARCH_CACHE_SECONDS",
    meaning:
      "How long the face of an image that someone searched with is remembered, in memory only: the same image is then not analysed again. 0 remembers nothing.",
    schema: wholeNumber(0, 86_400).default(120),
  },
  s3Credentials: {
    variable: "CAMEO_S3_CREDENTIALS",
    meaning:
      "Access key, `accessKeyId:secretAccessKey`, that images in S3 are fetched with; or the path of a file with it. Switches S3 on.",
    schema: z
      .string()
      .transform(orIssues(readPairs))
      .refine(({ length }) => length === 1, "must be one access key")
      .optional(),
  },
  s3Buckets: {
    variable: "CAMEO_S3_BUCKETS",
    meaning:
      "Buckets, comma separated, that images may be fetched from. Switches S3 on, without `CAMEO_S3_CREDENTIALS` with the machine's own AWS credentials. Not set: any bucket that `CAMEO_S3_CREDENTIALS` may read.",
    schema: z
      .string()
      .transform(commaSeparated)
      .refine(({ length }) => length > 0, "holds no bucket")
      .optional(),
  },
  s3Endpoint: {
    variable: "CAMEO_S3_ENDPOINT",
    meaning: "Address of an S3 other than AWS's, such as MinIO or R2.",
    schema: z.url({ protocol: /^https?$/, error: "must be an http(s) address" }).optional(),
  },
  s3Region: {
    variable: "CAMEO_S3_REGION",
    meaning: "Region of the buckets; `auto` for R2.",
    schema: regionName().optional(),
    printedDefault: "CAMEO_REGION",
  },
  s3ForcePathStyle: {
    variable: "CAMEO_S3_FORCE_PATH_STYLE",
    meaning: "`true` puts the bucket into the path instead of the host name, as MinIO needs it.",
    schema: z.stringbool({ error: "must be true or false" }).default(false),
  },
  metricsPort: {
    variable: "CAMEO_METRICS_PORT",
    meaning: "Port of `GET /metrics` for Prometheus; 0 takes a free one. Not set: no metrics.",
    schema: wholeNumber(0, 65_535).optional(),
  },
  metricsHost: {
    variable: "CAMEO_METRICS_HOST",
    meaning: "Address that `CAMEO_METRICS_PORT` listens on. Whoever reaches it needs no key.",
    schema: z.string().min(1).default("127.0.0.1"),
  },
  otlpEndpoint: {
    variable: "OTEL_EXPORTER_OTLP_ENDPOINT",
    meaning:
      "Where traces go by OTLP over HTTP, such as `http://127.0.0.1:4318`. Not set: no traces. OpenTelemetry's other variables hold too: `OTEL_EXPORTER_OTLP_HEADERS`, `OTEL_TRACES_SAMPLER`, `OTEL_SERVICE_NAME`, ….",
    schema: z.url({ protocol: /^https?$/, error: "must be an http(s) address" }).optional(),
  },
  vectorIndex: {
    variable: "CAMEO_VECTOR_INDEX",
    meaning:
      "What compares faces: `memory` keeps copies of the searched collections in this process, `pgvector` leaves it to the database. Both find the same ([scaling](scaling.md)).",
    schema: z.enum(vectorIndexes, `must be one of ${vectorIndexes.join(", ")}`).default("memory"),
  },
  indexMemory: {
    variable: "CAMEO_INDEX_MEMORY",
    meaning:
      "MiB that the copies of `CAMEO_VECTOR_INDEX=memory` may take: some 1,600 faces each. What finds no room is searched in the database.",
    schema: wholeNumber(1, 4000).default(256),
  },
  auditLog: {
    variable: "CAMEO_AUDIT_LOG",
    meaning:
      "File of the [audit trail](privacy.md#audit-trail), JSON lines: who did what to which collection; `-` for standard output, beside the log. Not set: none is kept.",
    schema: z.string().min(1).optional(),
  },
  retentionDays: {
    variable: "CAMEO_RETENTION_DAYS",
    meaning:
      "Days after which faces are deleted, in collections whose tag `cameo:retention-days` says nothing else ([retention](privacy.md#retention)). Not set: they stay until they are deleted.",
    schema: wholeNumber(1, longestRetention).optional(),
  },
  housekeepingInterval: {
    variable: "CAMEO_HOUSEKEEPING_INTERVAL",
    meaning:
      "Seconds between looks for faces that were kept for long enough, and for what is to be cleared from the database's files.",
    schema: wholeNumber(1, 86_400).default(3600),
  },
  logLevel: {
    variable: "CAMEO_LOG_LEVEL",
    meaning: `One of ${logLevels.join(", ")}.`,
    schema: z.enum(logLevels).default("info"),
  },
} as const;

type Settings = { readonly [K in keyof typeof settings]: z.output<(typeof settings)[K]["schema"]> };

/** The service's configuration: every setting read, defaulted and checked. */
export type Config = Omit<Settings, "credentials" | "rateLimits" | `tls${string}` | `s3${string}`> & {
  readonly accessKeys: readonly AccessKey[];
  /** Where they stand, when they stand in a file. */
  readonly accessKeyFile: string | undefined;
  readonly rateLimits: RateLimits;
  /** Not given: plain HTTP. */
  readonly tls: TlsFiles | undefined;
  /** Not given: images in S3 are not fetched. */
  readonly s3: S3Settings | undefined;
  /** Whether `accessKeys` is the documented development key, because none was set. */
  readonly usesDevelopmentCredential: boolean;
};

/** All faults of an environment, one line each. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(
      `The configuration has ${faults.length} fault(s):\n${faults.map((fault) => `  - ${fault}`).join("\n")}`,
    );
    this.faults = faults;
  }
}

/**
 * Reads the configuration from environment variables.
 *
 * @param env variables by name; an empty value counts as not set.
 * @throws ConfigError naming every fault at once.
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const faults: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, setting] of Object.entries(settings)) {
    const result = setting.schema.safeParse(env[setting.variable] || undefined);
    if (result.success) values[name] = result.data;
    else faults.push(...result.error.issues.map((issue) => `${setting.variable}: ${issue.message}`));
  }
  const read = values as Settings;

  const host = read.host ?? "";
  const usesDevelopmentCredential = read.credentials === undefined;
  if (usesDevelopmentCredential && !isLoopback(host) && !faults.some(concerns("CAMEO_CREDENTIALS"))) {
    faults.push(
      `CAMEO_CREDENTIALS: must be set, because CAMEO_HOST (${host}) can be reached from other machines`,
    );
  }
  const { tlsCert, tlsKey } = read;
  if ((tlsCert === undefined) !== (tlsKey === undefined)) {
    const missing = tlsCert === undefined ? "CAMEO_TLS_CERT" : "CAMEO_TLS_KEY";
    faults.push(`${missing}: must be set, because certificate and key belong together`);
  }
  const { credentials, s3Credentials, s3Buckets, s3Endpoint, s3Region, s3ForcePathStyle, ...rest } = read;
  // Not by an endpoint or region alone: the machine's own credentials are never taken by surprise.
  const usesS3 = ["CAMEO_S3_CREDENTIALS", "CAMEO_S3_BUCKETS"].some((variable) => env[variable]);
  if (!usesS3 && (s3Endpoint ?? s3Region) !== undefined) {
    faults.push(
      "CAMEO_S3_CREDENTIALS: must be set, or CAMEO_S3_BUCKETS for the machine's own credentials, because S3 is configured and not switched on",
    );
  }
  if (faults.length > 0) throw new ConfigError(faults);

  const mirrors = [...read.modelMirrors];
  const siblingMirror = path.resolve(packageRoot, "../shared/models");
  if (existsSync(siblingMirror)) mirrors.push(siblingMirror);
  return {
    ...rest,
    modelMirrors: mirrors,
    accessKeys: credentials?.keys ?? [unlimitedKey(developmentCredential)],
    accessKeyFile: credentials?.file,
    rateLimits: read.rateLimits ?? new Map(),
    tls: tlsCert === undefined || tlsKey === undefined ? undefined : { cert: tlsCert, key: tlsKey },
    usesDevelopmentCredential,
    s3: usesS3
      ? {
          endpoint: s3Endpoint,
          region: s3Region ?? read.region,
          credentials: s3Credentials?.[0],
          forcePathStyle: s3ForcePathStyle,
          buckets: s3Buckets,
        }
      : undefined,
  };
}

/** The settings as the rows of a Markdown table, for `docs/configuration.md`. */
export function settingsTable(): string {
  const rows = Object.values(settings).map((setting) => {
    const fallback = setting.schema.safeParse(undefined);
    const standard =
      "printedDefault" in setting
        ? setting.printedDefault
        : fallback.success
          ? String(fallback.data ?? "")
          : "";
    return `| \`${setting.variable}\` | ${standard === "" ? "not set" : `\`${standard}\``} | ${setting.meaning} |`;
  });
  return ["| variable | default | meaning |", "|---|---|---|", ...rows].join("\n");
}

function concerns(variable: string): (fault: string) => boolean {
  return (fault) => fault.startsWith(`${variable}:`);
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}

function regionName() {
  return z.string().regex(/^[a-z0-9-]+$/, "must look like us-east-1");
}

function wholeNumber(minimum: number, maximum: number) {
  const error = `must be a whole number from ${minimum} to ${maximum}`;
  return z
    .string()
    .regex(/^\d+$/, error)
    .transform(Number)
    .pipe(z.number().min(minimum, error).max(maximum, error));
}

function commaSeparated(text: string): string[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

/** A setting as it stands, or the contents of the file that it names. */
function textOrFile(text: string, context: z.RefinementCtx<string>): string {
  const file = fileOf(text);
  if (file === undefined) return text;
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    context.addIssue({ code: "custom", message: "names a file that cannot be read" });
    return z.NEVER;
  }
}

function readKeys(text: string): { readonly file: string | undefined; readonly keys: readonly AccessKey[] } {
  const file = fileOf(text);
  return { file, keys: file === undefined ? readPairs(text).map(unlimitedKey) : readAccessKeyFile(file) };
}

/** For a schema: the faults that a reader of access keys throws become its issues. */
function orIssues<Value>(read: (text: string) => Value) {
  return (text: string, context: z.RefinementCtx<string>): Value => {
    try {
      return read(text);
    } catch (error) {
      if (!(error instanceof AccessKeyError)) throw error;
      for (const message of error.faults) context.addIssue({ code: "custom", message });
      return z.NEVER;
    }
  };
}
