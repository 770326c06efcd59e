import { createHash, randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { types } from "node:util";
import { systemErrorCode } from "../../systemError.ts";
import type { ModelFile, ModelSource } from "./pack.ts";
import { zipMember } from "./zipMember.ts";

/** Where model files are looked for, and who hears how it goes. */
export interface ModelPlaces {
  readonly modelsDir: string;
  /** Folders or http(s) addresses laid out like the models folder, asked before the publisher. */
  readonly mirrors: readonly string[];
  readonly report: ModelReport;
}

/** Hears what happens while models are made ready. */
export interface ModelReport {
  /** A file is being transferred; called for each piece. */
  progress(file: ModelFile, received: number): void;
  /** A file was found, and checked, at a place. */
  ready(file: ModelFile, place: string): void;
  /** Something went wrong that another place may make good. */
  warn(message: string): void;
}

/** A place that was tried for a file, and why it did not serve. */
export interface FailedPlace {
  readonly place: string;
  readonly reason: string;
}

/** What became of a file: its checked bytes, or everything that was tried. */
export type FetchResult =
  | { readonly bytes: Uint8Array }
  | { readonly file: ModelFile; readonly tried: readonly FailedPlace[] };

/**
 * Gets a file from the models folder, else from a mirror, else from its publisher; checks size and SHA-256
 * before it is used, and keeps it in the models folder.
 */
export async function fetchFile(file: ModelFile, places: ModelPlaces): Promise<FetchResult> {
  const kept = placeIn(places.modelsDir, file);
  const elsewhere = [...places.mirrors.map((mirror) => placeIn(mirror, file)), ...file.sources];
  const tried: FailedPlace[] = [];
  for (const source of [kept, ...elsewhere]) {
    const place = nameOf(source);
    try {
      const bytes = await read(source, file, places.report);
      check(bytes, file);
      if (source !== kept) await keep(bytes, kept, places.report);
      places.report.ready(file, place);
      return { bytes };
    } catch (error) {
      tried.push({ place, reason: reasonOf(error) });
      if (source === kept && systemErrorCode(error) !== "ENOENT")
        places.report.warn(`${kept}: ${reasonOf(error)}; it is fetched again`);
    }
  }
  return { file, tried };
}

function placeIn(mirror: string, file: ModelFile): string {
  return isAddress(mirror)
    ? `${mirror.replace(/\/+$/, "")}/${file.path}`
    : path.join(mirror, ...file.path.split("/"));
}

function isAddress(place: string): boolean {
  return /^https?:\/\//.test(place);
}

function nameOf(source: ModelSource): string {
  return typeof source === "string" ? source : `${source.member} in ${source.archive}`;
}

function read(source: ModelSource, file: ModelFile, report: ModelReport): Promise<Uint8Array> {
  if (typeof source !== "string")
    return collect(zipMember(download(source.archive), source.member), file, report);
  return isAddress(source) ? collect(download(source), file, report) : readFile(source);
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

/** Longest silence of a server before another place is tried, in milliseconds. */
const stallLimit = 30_000;

async function* download(address: string): AsyncGenerator<Uint8Array> {
  const silence = new AbortController();
  const giveUp = () => silence.abort(new Error(`no answer within ${stallLimit / 1000} s`));
  let timer = setTimeout(giveUp, stallLimit);
  try {
    const response = await fetch(address, { signal: silence.signal });
    if (!response.ok || response.body === null) throw new Error(`HTTP ${response.status}`);
    for await (const piece of response.body as AsyncIterable<Uint8Array>) {
      clearTimeout(timer);
      timer = setTimeout(giveUp, stallLimit);
      yield piece;
    }
  } finally {
    clearTimeout(timer);
  }
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
