import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { drawPhoto } from "../test/support/drawnFaces/drawPhoto.ts";
import { startServiceProcess } from "../test/support/serviceProcess.ts";
import { Arena, keyNames, makeSecrets, type Outcome, writeKeys } from "./attack/arena.ts";
import { beSlow, flood, sendTinyChunks, smuggle } from "./attack/connections.ts";
import { GoodClient } from "./attack/goodClient.ts";
import { handmadeFiles, mutatedFiles } from "./attack/hostileFiles.ts";
import { sendHostileImages } from "./attack/hostileImages.ts";
import { Leaks } from "./attack/leaks.ts";
import { sendOversized } from "./attack/oversized.ts";
import { abusePageTokens } from "./attack/pageTokens.ts";
import { collections, overstepRights, useRetiredKey } from "./attack/rights.ts";
import { forgeSignatures } from "./attack/signatures.ts";

const usage = `npm run attack [-- OPTIONS]

Attacks a service that it starts, with drawn faces on PGlite: forged signatures, keys outside their rights, foreign page
tokens, hostile images, slow clients, oversized and ambiguous requests. A good client works throughout. Fails when
anything is let in or breaks, when the good client is refused or waits too long, or when a secret or a piece of an image
stands in the log.

  --short            in less than a minute
  --seed N           what forgeries and images are made from; random, and printed first
  --longest SECONDS  longest wait of the good client: 10; behind huge images and a flood twice that
  --memory MIB       most resident memory of the service at any time: 4096
`;

const { values: options } = parseArgs({
  options: {
    short: { type: "boolean", default: false },
    seed: { type: "string", default: String(Math.floor(Math.random() * 2 ** 31)) },
    longest: { type: "string", default: "10" },
    memory: { type: "string", default: "4096" },
    help: { type: "boolean" },
  },
});

/** How much of each there is. */
const scale = options.short
  ? { flips: 200, images: 100, slow: 50, flood: 24 }
  : { flips: 5000, images: 1000, slow: 500, flood: 1000 };

/** Seconds that a request may take to arrive at the attacked service; slow clients have to be gone soon after. */
const requestTimeout = 8;

/** Resident memory of a process in MiB: now, or the most that there ever was. */
function memoryOf(pid: number, field: "VmRSS" | "VmHWM"): number {
  const line = new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return Math.round(Number(line?.[1] ?? 0) / 1024);
}

/** Attacks; gives what is wrong, one line each. */
async function attack(folder: string): Promise<string[]> {
  const seed = Number(options.seed);
  const secrets = makeSecrets();
  const keyFile = path.join(folder, "keys.json");
  await writeKeys(keyFile, secrets, keyNames);
  const log: string[] = [];
  const service = await startServiceProcess({
    models: "drawn-faces",
    env: {
      CAMEO_DATA_DIR: path.join(folder, "data"),
      CAMEO_MODELS_DIR: path.join(folder, "models"),
      CAMEO_CREDENTIALS: keyFile,
      CAMEO_REQUEST_TIMEOUT: String(requestTimeout),
    },
    onLine: (line) => void log.push(line),
  });
  try {
    const arena = new Arena(service.endpoint, keyFile, secrets);
    const leaks = new Leaks();
    for (const name of keyNames) leaks.secret(name, secrets[name]);

    const photo = drawPhoto({
      width: 480,
      height: 160,
      faces: ["a", "b", "c"].map((identity, index) => ({ identity, x: 80 + 160 * index, y: 80, size: 80 })),
    }).bytes;
    leaks.image("of the good client", photo);
    const image = Buffer.from(photo).toString("base64");
    const faceId = await furnish(arena, image);
    const handmade = await handmadeFiles();
    const mutated = await mutatedFiles(seed, Math.max(scale.images - handmade.length, 0));
    for (const { name, bytes } of [...handmade, ...mutated]) leaks.image(name, bytes);

    const attacks: readonly (readonly [name: string, run: () => Promise<Outcome>, patience?: number])[] = [
      ["forged signatures", () => forgeSignatures(arena, seed, scale.flips)],
      ["keys outside their rights", () => overstepRights(arena, faceId, image)],
      ["a key that is taken away", () => useRetiredKey(arena)],
      ["foreign and made-up page tokens", () => abusePageTokens(arena)],
      // Images of 100 megapixels are allowed: each takes a thread for seconds, and who comes then waits for several.
      ["images made by hand", () => sendHostileImages(arena, handmade), 2],
      ["images with mutations", () => sendHostileImages(arena, mutated)],
      ["slow connections", () => beSlow(arena, scale.slow, 1000 * (requestTimeout + 7))],
      ["requests in requests", () => smuggle(arena)],
      ["oversized requests", () => sendOversized(arena)],
      ["2 MiB in chunks of a byte", () => sendTinyChunks(arena, 2 * 1024 * 1024)],
      // The flood, which is made on the same cores, has gigabytes.
      ["bodies of 32 MiB at once", () => flood(arena, scale.flood), 2],
    ];
    const faults: string[] = [];
    const client = new GoodClient(arena, image);
    const before = memoryOf(service.pid, "VmRSS");
    console.log(formatRow(["attack", "tried", "let in", "broken", "good waits", "memory", "seconds"]));
    for (const [name, run, patience = 1] of attacks) {
      const start = performance.now();
      const { tried, letIn, broken } = await run();
      const [waited, seconds] = [client.takeSlowest(), (performance.now() - start) / 1000];
      console.log(
        formatRow([
          name,
          `${tried}`,
          `${letIn.length}`,
          `${broken.length}`,
          `${Math.round(waited)} ms`,
          `${memoryOf(service.pid, "VmRSS")} MiB`,
          seconds.toFixed(1),
        ]),
      );
      faults.push(
        ...letIn.map((what) => `${name}: let in: ${what}`),
        ...broken.map((what) => `${name}: ${what}`),
      );
      if (waited > 1000 * patience * Number(options.longest))
        faults.push(`${name}: the good client waits ${Math.round(waited)} ms`);
    }
    await client.end();
    faults.push(...client.failures.map((failure) => `the good client: ${failure}`));

    const crashes = log.filter((line) => /"level":[56]0/.test(line));
    const leaked = [...new Set(leaks.in(log.join("\n")))];
    const [after, peak] = [memoryOf(service.pid, "VmRSS"), memoryOf(service.pid, "VmHWM")];
    faults.push(...crashes.map((line) => `an error of the log: ${line.slice(0, 500)}`));
    faults.push(...leaked.map((what) => `in the log: ${what}`));
    if (peak > Number(options.memory)) faults.push(`the memory was ${peak} MiB at its peak`);

    console.log(`\nThe good client: ${client.answers} answers, ${client.failures.length} failures`);
    console.log(`The log: ${log.length} lines, ${crashes.length} errors, ${leaked.length} secrets or images`);
    console.log(`Resident memory: ${before} MiB before, ${after} MiB after, ${peak} MiB at its peak`);
    return faults;
  } finally {
    await service.stop("SIGKILL");
  }
}

/** Makes collections with faces, users and tags; gives the id of a face in the one that is private. */
async function furnish(arena: Arena, image: string): Promise<string> {
  const done = async (operation: string, input: object) => {
    const answer = await arena.call(operation, input);
    if (answer.status !== 200) throw new Error(`${operation}: ${answer.text}`);
    return answer.text;
  };
  let faces = "";
  for (const CollectionId of collections) {
    await done("CreateCollection", { CollectionId, Tags: { of: CollectionId } });
    faces = await done("IndexFaces", { CollectionId, Image: { Bytes: image } });
    await done("CreateUser", { CollectionId, UserId: "guest" });
    await done("CreateUser", { CollectionId, UserId: "host" });
  }
  return /"FaceId":"([^"]+)"/.exec(faces)?.[1] as string;
}

function formatRow([name = "", ...figures]: readonly string[]): string {
  return [name.padEnd(32), ...figures.map((figure) => figure.padStart(10))].join("  ");
}

async function main(): Promise<void> {
  if (options.help) return console.log(usage);
  console.log(`Seed ${options.seed}`);
  const folder = await mkdtemp(path.join(tmpdir(), "cameo-attack-"));
  try {
    const faults = await attack(folder);
    for (const fault of faults.slice(0, 30)) console.error(fault);
    console.log(faults.length === 0 ? "Nothing let in, nothing broken" : `${faults.length} faults`);
    process.exitCode = faults.length === 0 ? 0 : 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

await main();
