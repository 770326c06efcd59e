import { createHash, randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { types } from "node:util";
import { systemErrorCode } from "../system/systemError.ts";
import { NoAnswerError, openDownload } from "./download.ts";
import { NpmPackages } from "./npmPackages.ts";
import { isNpmSource, type ModelFile, type ModelSource } from "./pack.ts";
import type { ModelReport } from "./report.ts";
import { zipMember } from "./zipMember.ts";

/** Where model files are looked for, and who hears how it goes. */
export interface ModelPlaces {
  readonly modelsDir: string;
  /** Folders or http(s) addresses laid out like the models folder, asked before the publisher. */
  readonly mirrors: readonly string[];
  /** Mirrors that gave no answer; they are not asked again by whoever hands this on from call to call. */
  readonly unanswering?: Set<string>;
  readonly report: ModelReport;
}

/** A place that was tried for a file, and why it did not serve. */
export interface FailedPlace {
  /** A folder, a mirror's address, the server of a publisher, or an npm package: the same for many files. */
  readonly place: string;
  readonly reason: string;
}

/** What became of a file: its checked bytes, or everything that was tried. */
export type FetchResult =
  | { readonly file: ModelFile; readonly bytes: Uint8Array }
  | { readonly file: ModelFile; readonly tried: readonly FailedPlace[] };

/** A place to read a file from. */
interface Place {
  /** As a failure names it. */
  readonly name: string;
  /** As a success names it. */
  readonly detail: string;
  read(): Promise<Uint8Array>;
}

/**
 * Looks for files in the models folder and in the mirrors, in that order, and nowhere else; a file of a mirror is kept
 * in the models folder. Size and SHA-256 are checked.
 *
 * @returns what became of each, in order.
 */
export function findFiles(files: readonly ModelFile[], places: ModelPlaces): Promise<FetchResult[]> {
  return Promise.all(files.map((file) => findFile(file, places)));
}

/**
 * Gets files from the models folder, else from the mirrors, else from their sources; checks size and SHA-256 before
 * they are used, and keeps them in the models folder. All sources of all files that are missing are asked at once, so
 * that those without an answer cost no more than one of them; of those that answer, a file is read from the first in
 * the order of its `sources`.
 *
 * @returns what became of each, in order.
 */
export async function fetchFiles(files: readonly ModelFile[], places: ModelPlaces): Promise<FetchResult[]> {
  const found = await findFiles(files, places);
  const missing = found.flatMap((result) => ("tried" in result ? [result.file] : []));
  const packages = new NpmPackages(missing, places.report);
  try {
    return await Promise.all(
      found.map(async (result) => {
        if ("bytes" in result) return result;
        const asked = askSources(result.file, packages, places.report);
        try {
          const fetched = await readFirst(result.file, asked.places, places);
          return "bytes" in fetched ? fetched : { ...fetched, tried: [...result.tried, ...fetched.tried] };
        } finally {
          asked.giveUp();
        }
      }),
    );
  } finally {
    packages.giveUp();
  }
}

/** Asks the models folder, then the mirrors. */
function findFile(
  file: ModelFile,
  { modelsDir, mirrors, unanswering = new Set(), report }: ModelPlaces,
): Promise<FetchResult> {
  const places = [modelsDir, ...mirrors].map((root): Place => {
    const place = placeIn(root, file);
    return {
      name: root,
      detail: place,
      read: async () =>
        isAddress(place) ? collect(await askMirror(root, place, unanswering), file, report) : readFile(place),
    };
  });
  return readFirst(file, places, { modelsDir, report });
}

/** Asks a mirror for a file, unless it gave no answer before. */
async function askMirror(
  root: string,
  address: string,
  unanswering: Set<string>,
): Promise<AsyncIterable<Uint8Array>> {
  if (unanswering.has(root)) throw new NoAnswerError("it gave no answer before");
  try {
    return await openDownload(address, new AbortController().signal);
  } catch (error) {
    if (error instanceof NoAnswerError) unanswering.add(root);
    throw error;
  }
}

/** Reads a file from the first place that has it, and keeps what does not come from the models folder. */
async function readFirst(
  file: ModelFile,
  places: readonly Place[],
  { modelsDir, report }: Pick<ModelPlaces, "modelsDir" | "report">,
): Promise<FetchResult> {
  const kept = placeIn(modelsDir, file);
  const tried: FailedPlace[] = [];
  for (const { name, detail, read } of places) {
    try {
      const bytes = await read();
      check(bytes, file);
      if (detail !== kept) await keep(bytes, kept, report);
      report.ready(file, detail);
      return { file, bytes };
    } catch (error) {
      tried.push({ place: name, reason: reasonOf(error) });
      if (detail === kept && systemErrorCode(error) !== "ENOENT")
        report.warn(`${kept}: ${reasonOf(error)}; it is fetched again`);
    }
  }
  return { file, tried };
}

/** Asks all sources of a file; what they answer is read later, one after the other. */
function askSources(
  file: ModelFile,
  packages: NpmPackages,
  report: ModelReport,
): { readonly places: readonly Place[]; giveUp(): void } {
  const giving = new AbortController();
  const places = file.sources.map((source): Place => {
    const answer = ask(source, file, packages, giving.signal, report);
    // It is waited for later, or not at all when another source has served.
    answer.catch(() => undefined);
    return { ...namesOf(source), read: async () => (await answer)() };
  });
  return { places, giveUp: () => giving.abort() };
}

/** @returns what reads the answer, once there is one. */
async function ask(
  source: ModelSource,
  file: ModelFile,
  packages: NpmPackages,
  signal: AbortSignal,
  report: ModelReport,
): Promise<() => Promise<Uint8Array>> {
  if (isNpmSource(source)) {
    const bytes = await packages.read(source);
    return async () => bytes;
  }
  if (typeof source === "string") {
    const pieces = await openDownload(source, signal);
    return () => collect(pieces, file, report);
  }
  const archive = await openDownload(source.archive, signal);
  return () => collect(zipMember(archive, source.member), file, report);
}

function placeIn(mirror: string, file: ModelFile): string {
  return isAddress(mirror)
    ? `${mirror.replace(/\/+$/, "")}/${file.path}`
    : path.join(mirror, ...file.path.split("/"));
}

function isAddress(place: string): boolean {
  return /^https?:\/\//.test(place);
}

function namesOf(source: ModelSource): Pick<Place, "name" | "detail"> {
  if (typeof source === "string") return { name: new URL(source).host, detail: source };
  const detail = describeSource(source);
  if (isNpmSource(source)) return { name: `npm package ${source.package}@${source.version}`, detail };
  return { name: new URL(source.archive).host, detail };
}

/** Where a source has a file, in words: an address, or the file's name in an archive or an npm package. */
export function describeSource(source: ModelSource): string {
  if (typeof source === "string") return source;
  return isNpmSource(source)
    ? `${source.member} in npm package ${source.package}@${source.version}`
    : `${source.member} in ${source.archive}`;
}

async function collect(
  pieces: AsyncIterable<Uint8Array>,
  file: ModelFile,
  report: ModelReport,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(file.bytes);
  let received = 0;
  for await (const piece of pieces) {
    if (received + piece.length > file.bytes) throw new Error(`more than the expected ${file.bytes} bytes`);
    bytes.set(piece, received);
    received += piece.length;
    report.progress(file, received);
  }
  return bytes.subarray(0, received);
}

function check(bytes: Uint8Array, file: ModelFile): void {
  if (bytes.length !== file.bytes) throw new Error(`${bytes.length} bytes instead of ${file.bytes}`);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  if (sha256 !== file.sha256) throw new Error(`SHA-256 ${sha256} instead of ${file.sha256}`);
}

/** Writes beside the target and renames, so that a killed process leaves no half file under the real name. */
async function keep(bytes: Uint8Array, target: string, report: ModelReport): Promise<void> {
  const partial = `${target}.${randomUUID()}.partial`;
  try {
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(partial, bytes);
    await rename(partial, target);
  } catch (error) {
    await rm(partial, { force: true }).catch(() => undefined);
    report.warn(
      `${target} could not be kept (${reasonOf(error)}); it will be fetched again at the next start`,
    );
  }
}

function reasonOf(error: unknown): string {
  if (systemErrorCode(error) === "ENOENT") return "not there";
  if (!types.isNativeError(error)) return String(error);
  return types.isNativeError(error.cause) ? `${error.message}: ${error.cause.message}` : error.message;
}
