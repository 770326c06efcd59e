import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "@jest/globals";
import { errorModels } from "../../protocol/errors.ts";
import { offeredOperations } from "../../src/operations/registry.ts";
import { operatorFaults } from "../../src/system/operatorFaults.ts";
import { packageRoot } from "../../src/system/packageRoot.ts";

const read = (page: string) => readFileSync(path.join(packageRoot, "docs", page), "utf8");
const [api, troubleshooting] = [read("api.md"), read("troubleshooting.md")];

test.each(Object.keys(offeredOperations))(
  "the API page has an example of %s, and AWS's page",
  (operation) => {
    const section = api.split(/^### /m).find((text) => text.startsWith(`${operation}\n`));
    expect(section).toContain(`/APIReference/API_${operation}.html`);
    expect(section).toContain(` rekognition ${commandOf(operation)} `.trimEnd());
  },
);

test.each([...operatorFaults])("troubleshooting has an entry for %s", (name) => {
  expect(troubleshooting).toMatch(new RegExp(`^### .+\n\n<!-- ${name} -->\n_Cause:_`, "m"));
});

test.each(Object.keys(errorModels))("troubleshooting names %s", (name) => {
  expect(troubleshooting).toContain(name);
});

test.each(npmScripts())("contributors are told of npm run %s", (script) => {
  const commands = readFileSync(path.join(packageRoot, "CONTRIBUTING.md"), "utf8").matchAll(/`([^`]+)`/g);
  const told = Array.from(commands, ([, command = ""]) => command.replace(/^npm (run )?/, "").split(" ")[0]);
  expect(told).toContain(script);
});

/** The scripts that people call: those before others are npm's to call. */
function npmScripts(): string[] {
  const { scripts } = JSON.parse(readFileSync(path.join(packageRoot, "package.json"), "utf8")) as {
    readonly scripts: Readonly<Record<string, string>>;
  };
  return Object.keys(scripts).filter(
    (name) => !(name.replace(/^pre/, "") in scripts && name.startsWith("pre")),
  );
}

/** The AWS CLI's name of an operation. */
function commandOf(operation: string): string {
  return operation.replace(/(?<!^)[A-Z]/g, "-$&").toLowerCase();
}
