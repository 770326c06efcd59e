import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { rename, writeFile } from "node:fs/promises";
import type http from "node:http";
import { connect, type Socket } from "node:net";
import { type RawAnswer, type RawRequest, send } from "../../conformance/support/http.ts";
import { createSigner, type SigningOptions } from "../../conformance/support/signer.ts";

export const region = "us-east-1";

/** The keys of the attacked service, each with a secret of its run. */
export const keyNames = ["operator", "reader", "album", "importer", "retired"] as const;
export type KeyName = (typeof keyNames)[number];

/** Keys as `CAMEO_CREDENTIALS` has them in its file. `retired` is taken away during the run. */
const rights: Readonly<Record<KeyName, object>> = {
  operator: {},
  reader: { permissions: "read-only" },
  album: { collections: ["album-*"] },
  importer: { permissions: ["IndexFaces"], collections: ["album-1"] },
  retired: {},
};

/** What came of one kind of attack. */
export interface Outcome {
  /** How many were tried. */
  readonly tried: number;
  /** Those that were let in, in words. */
  readonly letIn: readonly string[];
  /** Those that broke something: a 5xx that is no throttle, no answer, another answer than AWS's. */
  readonly broken: readonly string[];
}

/** The service that is attacked, and the ways to it. */
export class Arena {
  readonly endpoint: string;
  readonly #secrets: Readonly<Record<KeyName, string>>;
  readonly #keyFile: string;

  constructor(endpoint: string, keyFile: string, secrets: Readonly<Record<KeyName, string>>) {
    this.endpoint = endpoint;
    this.#keyFile = keyFile;
    this.#secrets = secrets;
  }

  credentials(key: KeyName) {
    return { accessKeyId: key, secretAccessKey: this.#secrets[key] };
  }

  /** A request that is signed as it has to be. */
  signed(options: SigningOptions = {}, key: KeyName = "operator"): Promise<RawRequest> {
    return createSigner({ endpoint: this.endpoint, region, credentials: this.credentials(key) })(options);
  }

  /** Calls an operation. */
  async call(operation: string, input: object, key: KeyName = "operator"): Promise<RawAnswer> {
    const body = JSON.stringify(input);
    return this.send(await this.signed({ target: `RekognitionService.${operation}`, body }, key));
  }

  /** Sends a request as it is. */
  send(request: RawRequest, path = "/", agent?: http.Agent): Promise<RawAnswer> {
    // Node adds a length to no GET or DELETE, and would send the body as another request.
    const headers = { "content-length": String(Buffer.byteLength(request.body)), ...request.headers };
    const signal = AbortSignal.timeout(longestWait);
    return send({ ...request, headers }, new URL(this.endpoint), { path, signal, ...(agent && { agent }) });
  }

  /** Opens a connection for what is no HTTP request. */
  async open(): Promise<Socket> {
    const { hostname, port } = new URL(this.endpoint);
    const socket = connect(Number(port), hostname);
    socket.on("error", () => {});
    await once(socket, "connect");
    return socket;
  }

  /** Takes keys out of the service's file. */
  keepOnly(names: readonly KeyName[]): Promise<void> {
    return writeKeys(this.#keyFile, this.#secrets, names);
  }
}

/** Secrets that are found nowhere else. */
export function makeSecrets(): Record<KeyName, string> {
  return Object.fromEntries(keyNames.map((name) => [name, randomBytes(24).toString("hex")])) as Record<
    KeyName,
    string
  >;
}

/** Writes the file of keys as a deployment does: beside, then renamed over. */
export async function writeKeys(
  file: string,
  secrets: Readonly<Record<KeyName, string>>,
  names: readonly KeyName[],
): Promise<void> {
  const accessKeys = names.map((name) => ({
    accessKeyId: name,
    secretAccessKey: secrets[name],
    ...rights[name],
  }));
  await writeFile(`${file}.new`, JSON.stringify({ accessKeys }));
  await rename(`${file}.new`, file);
}

/** Longest wait for any answer, in milliseconds. */
const longestWait = 120_000;

/** Whether an answer is a fault of the service's own. */
export function isFault({ status, text }: RawAnswer): boolean {
  return status >= 500 && !text.includes("ThrottlingException");
}

/** Does attacks that each have to be refused, and gathers what came of them. */
export async function tryAll(
  attacks: Iterable<readonly [name: string, attempt: () => Promise<RawAnswer>]>,
): Promise<Outcome> {
  const [letIn, broken]: [string[], string[]] = [[], []];
  let tried = 0;
  for (const [name, attempt] of attacks) {
    tried++;
    try {
      const answer = await attempt();
      if (answer.status === 200) letIn.push(name);
      else if (isFault(answer)) broken.push(`${name}: ${answer.status} ${answer.text.slice(0, 200)}`);
    } catch (error) {
      // Headers over the limit are answered and the connection closed while the client still writes them.
      const isClosed = ["ECONNRESET", "EPIPE"].includes((error as NodeJS.ErrnoException).code ?? "");
      if (!isClosed) broken.push(`${name}: no answer: ${error}`);
    }
  }
  return { tried, letIn, broken };
}
