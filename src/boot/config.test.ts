import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { ConfigError, developmentCredential, readConfig, settingsTable } from "./config.ts";

/** The faults of an environment, one line each. */
function faultsOf(env: Record<string, string>): readonly string[] {
  try {
    readConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
}

describe("readConfig", () => {
  test("needs nothing to be set", () => {
    expect(readConfig({})).toMatchObject({
      host: "127.0.0.1",
      port: 8484,
      dataDir: "./data",
      databaseUrl: undefined,
      region: "us-east-1",
      accountId: "000000000000",
      modelsDir: "./models",
      modelPack: undefined,
      acceptedLicences: [],
      queueLimit: 256,
      vectorIndex: "memory",
      indexMemory: 256,
      logLevel: "info",
    });
    expect(readConfig({}).workers).toBeGreaterThanOrEqual(1);
  });

  test("reads every variable", () => {
    const config = readConfig({
      CAMEO_HOST: "0.0.0.0",
      CAMEO_PORT: "0",
      CAMEO_TLS_CERT: "/tls/tls.crt",
      CAMEO_TLS_KEY: "/tls/tls.key",
      CAMEO_MAX_CONNECTIONS: "100",
      CAMEO_REQUEST_TIMEOUT: "5",
      CAMEO_BODY_MEMORY: "128",
      CAMEO_DATA_DIR: "/var/lib/cameo",
      DATABASE_URL: "postgres://cameo:secret@db:5432/cameo",
      CAMEO_CREDENTIALS: "AKIDEXAMPLE:wJalrXUtnFEMI/K7MDENG",
      CAMEO_RATE_LIMITS: "IndexFaces=5:10",
      CAMEO_REGION: "eu-central-1",
      CAMEO_ACCOUNT_ID: "123456789012",
      CAMEO_MODELS_DIR: "/models",
      CAMEO_MODEL_MIRRORS: " /mirror , https://models.example/v1 ,,",
      CAMEO_MODEL_PACK: "other",
      CAMEO_WORKERS: "3",
      CAMEO_QUEUE_LIMIT: "10",
      CAMEO_VECTOR_INDEX: "pgvector",
      CAMEO_INDEX_MEMORY: "64",
      CAMEO_LOG_LEVEL: "debug",
    });
    expect(config).toMatchObject({
      host: "0.0.0.0",
      port: 0,
      tls: { cert: "/tls/tls.crt", key: "/tls/tls.key" },
      maxConnections: 100,
      requestTimeout: 5,
      bodyMemory: 128,
      dataDir: "/var/lib/cameo",
      databaseUrl: "postgres://cameo:secret@db:5432/cameo",
      accessKeys: [{ secretAccessKey: "wJalrXUtnFEMI/K7MDENG", caller: { accessKeyId: "AKIDEXAMPLE" } }],
      accessKeyFile: undefined,
      rateLimits: new Map([["IndexFaces", { perSecond: 5, burst: 10 }]]),
      usesDevelopmentCredential: false,
      region: "eu-central-1",
      accountId: "123456789012",
      modelsDir: "/models",
      modelPack: "other",
      workers: 3,
      queueLimit: 10,
      vectorIndex: "pgvector",
      indexMemory: 64,
      logLevel: "debug",
    });
    expect(config.modelMirrors.slice(0, 2)).toEqual(["/mirror", "https://models.example/v1"]);
  });

  test("takes an empty value for one that is not set", () => {
    expect(readConfig({ CAMEO_PORT: "", DATABASE_URL: "", CAMEO_CREDENTIALS: "" })).toEqual(readConfig({}));
  });

  test.each([
    ["CAMEO_PORT", "65536"],
    ["CAMEO_PORT", "-1"],
    ["CAMEO_PORT", "80.5"],
    ["CAMEO_PORT", "http"],
    ["CAMEO_PORT", " "],
    ["CAMEO_PORT", "0x50"],
    ["CAMEO_WORKERS", "0"],
    ["CAMEO_QUEUE_LIMIT", "1e3"],
    ["DATABASE_URL", "mysql://db/cameo"],
    ["DATABASE_URL", "db.example"],
    ["CAMEO_REGION", "US East"],
    ["CAMEO_ACCOUNT_ID", "12345"],
    ["CAMEO_VECTOR_INDEX", "faiss"],
    ["CAMEO_INDEX_MEMORY", "0"],
    ["CAMEO_LOG_LEVEL", "loud"],
    ["CAMEO_RATE_LIMITS", "IndexFaces"],
    ["CAMEO_BODY_MEMORY", "64"],
    ["CAMEO_RATE_LIMITS", "IndexFace=5"],
  ])("refuses %s=%j", (variable, value) => {
    expect(faultsOf({ [variable]: value })).toEqual([expect.stringMatching(`^${variable}: .`)]);
  });

  test("names all faults at once", () => {
    const env = { CAMEO_PORT: "x", CAMEO_ACCOUNT_ID: "x", CAMEO_LOG_LEVEL: "x", CAMEO_HOST: "0.0.0.0" };
    expect(faultsOf(env).map((fault) => fault.split(":")[0])).toEqual([
      "CAMEO_PORT",
      "CAMEO_ACCOUNT_ID",
      "CAMEO_LOG_LEVEL",
      "CAMEO_CREDENTIALS",
    ]);
    expect(() => readConfig(env)).toThrow(/4 fault\(s\):\n(?: {2}- \S.*\n){3} {2}- CAMEO_CREDENTIALS: /);
  });
});

describe("the database's address", () => {
  test("may stand in a file, which keeps its password out of the environment", async () => {
    const folder = await mkdtemp(path.join(tmpdir(), "config-"));
    const file = path.join(folder, "database-url");
    await writeFile(file, "postgres://cameo:secret@db/cameo\n");
    expect(readConfig({ DATABASE_URL: file }).databaseUrl).toBe("postgres://cameo:secret@db/cameo");
    await writeFile(file, "cameo:secret@db/cameo\n");
    expect(faultsOf({ DATABASE_URL: file })).toEqual(["DATABASE_URL: must be a postgres:// address"]);
    await rm(folder, { recursive: true });
    expect(faultsOf({ DATABASE_URL: file })).toEqual(["DATABASE_URL: names a file that cannot be read"]);
  });
});

describe("credentials", () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "config-"));
  });

  afterAll(() => rm(folder, { recursive: true }));

  const credentialsOf = (text: string) =>
    readConfig({ CAMEO_CREDENTIALS: text }).accessKeys.map(({ secretAccessKey, caller }) => ({
      accessKeyId: caller.accessKeyId,
      secretAccessKey,
    }));

  test("stand in the variable, comma separated; a secret may hold colons and slashes", () => {
    expect(credentialsOf("first:secret-of-first, second:with:colon/and+more=")).toEqual([
      { accessKeyId: "first", secretAccessKey: "secret-of-first" },
      { accessKeyId: "second", secretAccessKey: "with:colon/and+more=" },
    ]);
  });

  test.each(["", "file:"])("stand in a file, one a line: %spath", async (scheme) => {
    const file = path.join(folder, "keys");
    await writeFile(file, "# people\nfirst:secret-of-first\r\n\n  second:secret,of,second\n");
    expect(credentialsOf(`${scheme}${file}`)).toEqual([
      { accessKeyId: "first", secretAccessKey: "secret-of-first" },
      { accessKeyId: "second", secretAccessKey: "secret,of,second" },
    ]);
  });

  test("stand in a JSON file that gives each its rights; the config tells the file, to be followed", async () => {
    const file = path.join(folder, "keys.json");
    const key = { accessKeyId: "first", secretAccessKey: "secret-of-first", name: "shop" };
    await writeFile(file, JSON.stringify({ accessKeys: [{ ...key, collections: ["album-*"] }] }));
    expect(readConfig({ CAMEO_CREDENTIALS: file })).toMatchObject({
      accessKeyFile: file,
      accessKeys: [{ caller: { name: "shop", rights: { collections: ["album-*"] } } }],
    });
    await writeFile(file, JSON.stringify({ accessKeys: [{ ...key, name: "the shop" }] }));
    expect(faultsOf({ CAMEO_CREDENTIALS: file })).toEqual([
      expect.stringMatching(/^CAMEO_CREDENTIALS: accessKeys\[0\]\.name: must be /),
    ]);
  });

  test("are refused from a file that is not there, or holds none", async () => {
    const empty = path.join(folder, "empty");
    await writeFile(empty, "# nobody yet\n\n");
    expect(faultsOf({ CAMEO_CREDENTIALS: path.join(folder, "nowhere") })).toEqual([
      "CAMEO_CREDENTIALS: names a file that cannot be read",
    ]);
    expect(faultsOf({ CAMEO_CREDENTIALS: "nowhere.txt" })).toHaveLength(1);
    expect(faultsOf({ CAMEO_CREDENTIALS: empty })).toEqual(["CAMEO_CREDENTIALS: holds no access key"]);
  });

  test("are refused when an access key comes twice", () => {
    expect(faultsOf({ CAMEO_CREDENTIALS: "first:secret-one,first:secret-two" })).toEqual([
      "CAMEO_CREDENTIALS: has the access key first twice",
    ]);
  });

  test.each([
    ["without a secret", "first:"],
    ["with a secret that is too short", "first:1234567"],
    ["with an access key that is too short", "ab:long-enough"],
    ["with a space in it", "first:long enough"],
  ])("are refused %s, by their number and without their text", (_, entry) => {
    const faults = faultsOf({ CAMEO_CREDENTIALS: `good:secret-of-good,${entry}` });
    expect(faults).toEqual([expect.stringMatching(/^CAMEO_CREDENTIALS: entry 2 must be /)]);
    expect(faults.join()).not.toContain("long");
    expect(faults.join()).not.toContain("secret-of-good");
  });

  test("each malformed entry is one fault", () => {
    expect(faultsOf({ CAMEO_CREDENTIALS: "a:b,c:d" })).toHaveLength(2);
  });
});

describe("the development key", () => {
  test.each(["127.0.0.1", "127.8.9.10", "localhost", "::1"])(
    "serves on %s, and the config says so",
    (host) => {
      expect(readConfig({ CAMEO_HOST: host })).toMatchObject({
        accessKeys: [
          {
            secretAccessKey: developmentCredential.secretAccessKey,
            caller: { accessKeyId: developmentCredential.accessKeyId, rights: {} },
          },
        ],
        usesDevelopmentCredential: true,
      });
    },
  );

  test.each(["0.0.0.0", "::", "192.168.1.2", "cameo.example", "127.0.0.1.example", "localhost.example"])(
    "is refused on %s, where others can reach it",
    (host) => {
      expect(faultsOf({ CAMEO_HOST: host })).toEqual([
        expect.stringMatching(/^CAMEO_CREDENTIALS: must be set, because CAMEO_HOST \(/),
      ]);
      expect(faultsOf({ CAMEO_HOST: host, CAMEO_CREDENTIALS: "first:secret-of-first" })).toEqual([]);
    },
  );

  test("is not spoken of when the credentials have a fault of their own", () => {
    expect(faultsOf({ CAMEO_HOST: "0.0.0.0", CAMEO_CREDENTIALS: "first:short" })).toEqual([
      expect.stringContaining("entry 1 must be"),
    ]);
  });
});

test.each([
  ["CAMEO_TLS_CERT", "CAMEO_TLS_KEY"],
  ["CAMEO_TLS_KEY", "CAMEO_TLS_CERT"],
])("%s needs %s", (given, missing) => {
  expect(faultsOf({ [given]: "/tls/one" })).toEqual([expect.stringMatching(`^${missing}: must be set`)]);
});

describe("S3", () => {
  const key = "s3-reader:secret-of-reader";
  const s3Of = (env: Record<string, string>) => readConfig(env).s3;

  test("is off, whatever credentials the machine has", () => {
    expect(
      s3Of({ AWS_ACCESS_KEY_ID: "machine", AWS_SECRET_ACCESS_KEY: "secret-of-machine" }),
    ).toBeUndefined();
    expect(s3Of({ CAMEO_S3_CREDENTIALS: "", CAMEO_S3_BUCKETS: "" })).toBeUndefined();
  });

  test("is on with a key of its own, for any bucket", () => {
    expect(s3Of({ CAMEO_S3_CREDENTIALS: key, CAMEO_REGION: "eu-central-1" })).toEqual({
      endpoint: undefined,
      region: "eu-central-1",
      credentials: { accessKeyId: "s3-reader", secretAccessKey: "secret-of-reader" },
      forcePathStyle: false,
      buckets: undefined,
    });
  });

  test("is on with the machine's own credentials for the buckets that are named", () => {
    expect(s3Of({ CAMEO_S3_BUCKETS: "album, holiday.photos" })).toMatchObject({
      credentials: undefined,
      buckets: ["album", "holiday.photos"],
    });
  });

  test("may be another than AWS's", () => {
    const endpoint = "http://minio:9000";
    expect(
      s3Of({
        CAMEO_S3_CREDENTIALS: key,
        CAMEO_S3_ENDPOINT: endpoint,
        CAMEO_S3_REGION: "auto",
        CAMEO_S3_FORCE_PATH_STYLE: "true",
      }),
    ).toMatchObject({ endpoint, region: "auto", forcePathStyle: true });
  });

  test.each(["CAMEO_S3_ENDPOINT", "CAMEO_S3_REGION"])(
    "is not switched on by %s, which is told",
    (variable) => {
      const value = variable === "CAMEO_S3_REGION" ? "auto" : "http://minio:9000";
      expect(faultsOf({ [variable]: value })).toEqual([
        expect.stringMatching(/^CAMEO_S3_CREDENTIALS: must be set, or CAMEO_S3_BUCKETS /),
      ]);
    },
  );

  test.each([
    ["CAMEO_S3_CREDENTIALS", `${key},another:secret-of-another`],
    ["CAMEO_S3_CREDENTIALS", "s3-reader:"],
    ["CAMEO_S3_CREDENTIALS", "/no/such/file"],
    ["CAMEO_S3_BUCKETS", " , "],
    ["CAMEO_S3_ENDPOINT", "minio:9000"],
    ["CAMEO_S3_REGION", "US East"],
    ["CAMEO_S3_FORCE_PATH_STYLE", "perhaps"],
  ])("refuses %s=%j", (variable, value) => {
    const env = { CAMEO_S3_CREDENTIALS: key, [variable]: value };
    expect(faultsOf(env)).toEqual([expect.stringMatching(`^${variable}: .`)]);
  });
});

describe("settingsTable", () => {
  const rows = settingsTable().split("\n").slice(2);

  test("has a row for every variable, with its default and its meaning", () => {
    expect(rows.map((row) => /^\| `(\w+)` \| (`[^`]+`|not set) \| \S.+ \|$/.exec(row)?.slice(1))).toEqual([
      ["CAMEO_HOST", "`127.0.0.1`"],
      ["CAMEO_PORT", "`8484`"],
      ["CAMEO_TLS_CERT", "not set"],
      ["CAMEO_TLS_KEY", "not set"],
      ["CAMEO_MAX_CONNECTIONS", "`4096`"],
      ["CAMEO_REQUEST_TIMEOUT", "`60`"],
      ["CAMEO_BODY_MEMORY", "`512`"],
      ["CAMEO_DATA_DIR", "`./data`"],
      ["DATABASE_URL", "not set"],
      ["CAMEO_DATABASE_WAIT", "`300`"],
      ["CAMEO_DATABASE_TIMEOUT", "`30`"],
      ["CAMEO_DRAIN_TIMEOUT", "`25`"],
      ["CAMEO_CREDENTIALS", "not set"],
      ["CAMEO_RATE_LIMITS", "not set"],
      ["CAMEO_REGION", "`us-east-1`"],
      ["CAMEO_ACCOUNT_ID", "`000000000000`"],
      ["CAMEO_MODELS_DIR", "`./models`"],
      ["CAMEO_MODEL_MIRRORS", "not set"],
      ["CAMEO_MODEL_PACK", "not set"],
      ["CAMEO_ACCEPT_MODEL_LICENCES", "not set"],
      ["CAMEO_WORKERS", "`cores`"],
      ["CAMEO_QUEUE_LIMIT", "`256`"],
      ["CAMEO_SEARCH_CACHE_SECONDS", "`120`"],
      ["CAMEO_S3_CREDENTIALS", "not set"],
      ["CAMEO_S3_BUCKETS", "not set"],
      ["CAMEO_S3_ENDPOINT", "not set"],
      ["CAMEO_S3_REGION", "`CAMEO_REGION`"],
      ["CAMEO_S3_FORCE_PATH_STYLE", "`false`"],
      ["CAMEO_METRICS_PORT", "not set"],
      ["CAMEO_METRICS_HOST", "`127.0.0.1`"],
      ["OTEL_EXPORTER_OTLP_ENDPOINT", "not set"],
      ["CAMEO_VECTOR_INDEX", "`memory`"],
      ["CAMEO_INDEX_MEMORY", "`256`"],
      ["CAMEO_AUDIT_LOG", "not set"],
      ["CAMEO_RETENTION_DAYS", "not set"],
      ["CAMEO_HOUSEKEEPING_INTERVAL", "`3600`"],
      ["CAMEO_LOG_LEVEL", "`info`"],
    ]);
  });
});
