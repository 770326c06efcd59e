import { z } from "zod";
import { type ErrorName, errorModels } from "../../protocol/errors.ts";
import { type OperationName, operations } from "../../protocol/model.generated.ts";
import { splitTitle } from "./skipReason.ts";

/** A test of the suite, and how it ended. */
const testResult = z.object({
  ancestorTitles: z.array(z.string()),
  title: z.string(),
  status: z.string(),
});
const results = z.object({ testResults: z.array(z.object({ assertionResults: z.array(testResult) })) });

export type TestResult = z.infer<typeof testResult>;

/** What the suite found of an operation, or of an error in a situation. */
export interface Row {
  readonly what: string;
  /** How many tests it rests on. */
  readonly tests: number;
  readonly result: "pass" | "FAIL" | "skipped";
  /** Why it was skipped, or what is missing. */
  readonly reason?: string;
}

/** Reads what `jest --json` wrote. */
export function readResults(json: string): TestResult[] {
  return results.parse(JSON.parse(json)).testResults.flatMap(({ assertionResults }) => assertionResults);
}

/**
 * The rows of the table: one for each offered operation, then one for each error and situation.
 *
 * A test is one of an operation when its own title or that of a `describe` around it begins with the operation's
 * name, alone or in a list (`TagResource, UntagResource`). It is one of an error when a `describe` around it is titled `errors`; its own title is then
 * `exception: situation`. An operation without a test fails, and so does an exception without one that an offered
 * operation or the framework may answer.
 */
export function rowsOf(tests: readonly TestResult[], offered: readonly OperationName[]): Row[] {
  const ofErrors = tests.filter(({ ancestorTitles }) => ancestorTitles.includes("errors"));
  const tested = [...new Set(ofErrors.map(({ title }) => splitTitle(title).subject))].sort();
  const untested = expectedErrors(offered).filter(
    (name) => !tested.some((error) => error.startsWith(`${name}:`)),
  );
  return [
    ...offered.map((name) =>
      rowOf(
        name,
        tests.filter((test) => concerns(test, name)),
      ),
    ),
    ...tested.map((error) =>
      rowOf(
        error,
        ofErrors.filter(({ title }) => splitTitle(title).subject === error),
      ),
    ),
    ...untested.map((name) => rowOf(name, [])),
  ];
}

/** The rows as text, one a line. */
export function formatRows(rows: readonly Row[]): string {
  const width = Math.max(...rows.map(({ what }) => what.length));
  return rows
    .map(({ what, tests, result, reason }) => {
      const count = `${tests}`.padStart(3);
      return `${what.padEnd(width)}  ${count}  ${result}${reason === undefined ? "" : `: ${reason}`}`;
    })
    .join("\n");
}

function concerns({ ancestorTitles, title }: TestResult, operation: OperationName): boolean {
  return [...ancestorTitles, title].some((text) =>
    /^\w+(?:, \w+)*/.exec(text)?.[0].split(", ").includes(operation),
  );
}

/** What the offered operations may answer by the service model, and what the framework in front of them may. */
function expectedErrors(offered: readonly OperationName[]): string[] {
  const framework = (Object.keys(errorModels) as ErrorName[]).filter(
    (name) => errorModels[name].origin === "framework",
  );
  return [...new Set([...framework, ...offered.flatMap((name) => operations[name].errors)])];
}

function rowOf(what: string, tests: readonly TestResult[]): Row {
  const run = tests.filter(({ status }) => status === "passed" || status === "failed");
  if (tests.length === 0) return { what, tests: 0, result: "FAIL", reason: "no test" };
  if (run.some(({ status }) => status === "failed")) return { what, tests: run.length, result: "FAIL" };
  if (run.length > 0) return { what, tests: run.length, result: "pass" };
  const reason = tests.map(({ title }) => splitTitle(title).reason).find((found) => found !== undefined);
  return reason === undefined
    ? { what, tests: 0, result: "FAIL", reason: "skipped without a reason" }
    : { what, tests: 0, result: "skipped", reason };
}
