import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { describe, expect, test } from "@jest/globals";
import { settingsTable } from "../src/boot/config.ts";
import { packageRoot } from "../src/system/packageRoot.ts";
import { version } from "../src/system/version.ts";

const inRoot = (file: string) => path.join(packageRoot, file);
const read = (file: string) => readFileSync(inRoot(file), "utf8");
const find = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, found = ""]) => found);

const manifests = readdirSync(inRoot("deploy/kubernetes"));

describe("what an operator starts Cameo with", () => {
  const settings = find(settingsTable(), /^\| `(\w+)`/gm);

  test.each([
    "Dockerfile",
    "compose.yaml",
    "deploy/systemd/cameo.service",
    "deploy/kubernetes/cameo.env",
    "deploy/kubernetes/deployment.yaml",
  ])("%s names settings that there are", (file) => {
    const named = find(read(file), /\b(CAMEO_[A-Z0-9_]+|DATABASE_URL)\b/g);
    expect(named).not.toEqual([]);
    expect(settings).toEqual(expect.arrayContaining(named));
  });

  test.each(["package.json", "Dockerfile", "deploy/systemd/cameo.service", "test/support/serviceProcess.ts"])(
    "%s bounds the arenas of malloc as the suites do that measure memory",
    (file) => {
      expect(find(read(file), /\bMALLOC_ARENA_MAX(?:=|: ")(\w+)/g)).toEqual(["2"]);
    },
  );

  test("the Dockerfile copies what there is, and .dockerignore lets it through", () => {
    const copied = find(read("Dockerfile"), /^COPY (?!--)(.+) \S+$/gm)
      .flatMap((sources) => sources.split(" "))
      .filter((source) => source !== ".");
    expect(copied).toContain("package-lock.json");
    const letThrough = find(read(".dockerignore"), /^!(.+)$/gm);
    for (const source of copied) {
      expect(existsSync(inRoot(source))).toBe(true);
      expect(letThrough.some((one) => source === one || source.startsWith(`${one}/`))).toBe(true);
    }
  });

  test("compose.yaml mounts what there is, beside the secrets", () => {
    const mounted = find(read("compose.yaml"), /(\.\/[\w./-]+)/g);
    expect(mounted).toContain("./deploy/grafana/cameo.json");
    const missing = mounted.filter((file) => !existsSync(inRoot(file)));
    expect(missing.filter((file) => !file.startsWith("./secrets/"))).toEqual([]);
  });

  test("the kustomization knows every manifest, and this version", () => {
    const kustomization = read("deploy/kubernetes/kustomization.yaml");
    const known = [
      ...find(kustomization, /^ +(?:# )?- ([\w-]+\.yaml)$/gm),
      ...find(kustomization, /envs: \[(.+)\]/g),
    ];
    expect(["kustomization.yaml", ...known].sort()).toEqual(manifests.sort());
    expect(find(kustomization, /newTag: (\S+)/g)).toEqual([version]);
  });
});

describe("the image's health check", () => {
  test.each([
    [200, 0],
    [503, 1],
  ])("of a service that answers %d ends with %d", async (status, exitCode) => {
    const asked: (string | undefined)[] = [];
    const server = createServer(({ url }, response) => {
      asked.push(url);
      response.writeHead(status).end();
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    try {
      expect(await checkHealth(port)).toBe(exitCode);
      expect(asked).toEqual(["/readyz"]);
    } finally {
      server.close();
    }
    expect(await checkHealth(port)).toBe(1);
  });
});

async function checkHealth(port: number): Promise<unknown> {
  const env = { ...process.env, NODE_OPTIONS: "", CAMEO_PORT: String(port), CAMEO_TLS_CERT: "" };
  const child = spawn(process.execPath, [inRoot("deploy/container/healthy.mjs")], { env });
  const [exitCode] = await once(child, "exit");
  return exitCode;
}
