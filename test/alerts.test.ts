import { readFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "@jest/globals";
import { packageRoot } from "../src/system/packageRoot.ts";

const read = (file: string) => readFile(path.join(packageRoot, file), "utf8");

test("every alert says what to do about it, and where that stands", async () => {
  const rules = await read("deploy/prometheus/alerts.yaml");
  const alerts = [...rules.matchAll(/- alert: (\w+)/g)].map(([, name]) => name as string);
  const runbooks = [...rules.matchAll(/runbook: (\S+)/g)].map(([, place]) => place);
  expect(alerts.length).toBeGreaterThan(0);
  expect(runbooks).toEqual(alerts.map((name) => `docs/monitoring.md#${name.toLowerCase()}`));
  const monitoring = await read("docs/monitoring.md");
  const headings = [...monitoring.matchAll(/^### (Cameo\w+)$/gm)].map(([, name]) => name);
  expect(headings).toEqual(alerts);
});

test("every alert is tested", async () => {
  const rules = await read("deploy/prometheus/alerts.yaml");
  const tests = await read("deploy/prometheus/alerts.test.yaml");
  const firing = [...tests.matchAll(/alertname: (\w+)\n\s+eval_time: \w+\n\s+exp_alerts:/g)].map(
    ([, name]) => name,
  );
  for (const [, name] of rules.matchAll(/- alert: (\w+)/g)) expect(firing).toContain(name);
});
