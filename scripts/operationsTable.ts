import { type OperationName, operations } from "../protocol/model.generated.ts";
import type { StructureShape } from "../protocol/model.ts";
import { getShape } from "../protocol/shape.ts";
import { type MemberSupport, memberSupport } from "../src/operations/memberSupport.ts";
import { offeredOperations } from "../src/operations/registry.ts";

/**
 * All operations of the service model as Markdown: those that are offered, with every member that is honoured, in
 * full, in part or not, and those that are refused.
 *
 * @throws when a member of an offered operation has no statement in `memberSupport`, or more than one, or when a
 * statement is about a member or shape that no offered operation has.
 */
export function operationsTable(): string {
  const names = Object.keys(operations) as OperationName[];
  const offered = names.filter((name) => Object.hasOwn(offeredOperations, name));
  const refused = names.filter((name) => !offered.includes(name));
  const shapes = answeredShapes(offered);
  checkStatements(shapes);
  const outer = new Set<string>(offered.flatMap((name) => [operations[name].input, operations[name].output]));
  const inner = [...shapes.keys()].filter((shape) => !outer.has(shape));
  return [
    `${offered.length} of the ${names.length} operations of Rekognition are offered.`,
    "",
    "| operation | takes | answers | in part, or not |",
    "|---|---|---|---|",
    ...offered.map((name) => {
      const { input, output } = operations[name];
      return row(name, honoured(input), honoured(output), [...limits(input), ...limits(output)].join("<br>"));
    }),
    "",
    "Of what they take and answer, these inner members are honoured in part, or not:",
    "",
    "| member of | in part, or not |",
    "|---|---|",
    ...inner.flatMap((shape) => {
      const found = limits(shape);
      return found.length === 0 ? [] : [row(`\`${shape}\``, found.join("<br>"))];
    }),
    "",
    `The other ${refused.length} are refused with \`UnknownOperationException\`: ${refused.join(", ")}.`,
  ].join("\n");
}

function row(...cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell || "—").join(" | ")} |`;
}

/** The members that are honoured in full. */
function honoured(shape: string): string {
  return statementOf(shape).honoured.join(", ");
}

/** What is not honoured in full of a shape, members with the same statement together. */
function limits(shape: string): string[] {
  const { partly = {}, not = {} } = statementOf(shape);
  const byText = new Map<string, string[]>();
  for (const [member, text] of Object.entries({ ...partly, ...not })) {
    byText.set(text, [...(byText.get(text) ?? []), `\`${member}\``]);
  }
  return [...byText].map(([text, members]) => `${members.join(", ")}: ${text}`);
}

/** The structures that the operations take and answer, leaving out what is inside members that are not honoured. */
function answeredShapes(names: readonly OperationName[]): Map<string, StructureShape> {
  const found = new Map<string, StructureShape>();
  const visit = (name: string): void => {
    const shape = getShape(name);
    if (shape.type === "list") visit(shape.member);
    if (shape.type === "map") visit(shape.value);
    if (shape.type !== "structure" || found.has(name)) return;
    found.set(name, shape);
    const { not = {} } = statementOf(name);
    for (const [member, target] of Object.entries(shape.members)) {
      if (!Object.hasOwn(not, member)) visit(target);
    }
  };
  for (const name of names) {
    visit(operations[name].input);
    visit(operations[name].output);
  }
  return found;
}

function checkStatements(shapes: ReadonlyMap<string, StructureShape>): void {
  for (const [name, { members }] of shapes) {
    const { honoured, partly = {}, not = {} } = statementOf(name);
    const stated = [...honoured, ...Object.keys(partly), ...Object.keys(not)].sort().join();
    const modelled = Object.keys(members).sort().join();
    if (stated !== modelled)
      throw new Error(`memberSupport.${name} is about ${stated}; the model has ${modelled}`);
  }
  const stray = Object.keys(memberSupport).filter((name) => !shapes.has(name));
  if (stray.length > 0)
    throw new Error(`No offered operation has the shapes ${stray.join(", ")} of memberSupport`);
}

function statementOf(shape: string): MemberSupport {
  const statement = memberSupport[shape];
  if (statement === undefined) throw new Error(`memberSupport says nothing of ${shape}`);
  return statement;
}
