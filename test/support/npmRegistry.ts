import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { create } from "tar";

/** How a registry behaves, beside giving what it has. */
export type RegistryManner =
  | "good"
  /** Asks whoever comes for a login; `token` is one. */
  | "asks for a login"
  | "refuses"
  | "is broken"
  /** Takes a request and never answers. */
  | "is silent"
  /** Ends the connection in the middle of a tarball. */
  | "breaks off"
  /** Stops in the middle of a tarball. */
  | "falls silent"
  /** Gives other bytes than it promises. */
  | "changes a byte"
  /** Has, and promises, another package under the name and version. */
  | "has another package";

/** What a login is good for. */
export const registryToken = "a-token";

/** A registry with one package, for npm. */
export interface NpmRegistry {
  readonly address: string;
  /** Paths that were asked for, in order. */
  readonly requests: string[];
  /** Environment that makes npm ask this registry, with a cache of its own and nobody's settings. */
  readonly env: Readonly<Record<string, string>>;
  behave(manner: RegistryManner): void;
  close(): Promise<void>;
}

/** A package to be put into a registry. */
export interface RegistryPackage {
  readonly name: string;
  readonly version: string;
  /** By path in the package. */
  readonly files: Readonly<Record<string, Uint8Array | string>>;
}

/** A package's tarball, as `npm publish` makes it. */
export async function packTarball({ name, version, files }: RegistryPackage): Promise<Buffer> {
  const folder = await mkdtemp(path.join(tmpdir(), "cameo-pack-"));
  try {
    const all = { "package.json": JSON.stringify({ name, version }), ...files };
    for (const [member, bytes] of Object.entries(all)) {
      const target = path.join(folder, "package", member);
      await mkdir(path.dirname(target), { recursive: true });
      await writeFile(target, bytes);
    }
    const file = path.join(folder, "package.tgz");
    await create({ cwd: folder, gzip: true, portable: true, file }, ["package"]);
    return await readFile(file);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** A tarball's hash as npm writes it. */
export function integrityOf(tarball: Uint8Array): string {
  return `sha512-${createHash("sha512").update(tarball).digest("base64")}`;
}

/** Starts a registry on this machine that has one package. */
export async function startNpmRegistry(
  { name, version }: Pick<RegistryPackage, "name" | "version">,
  tarball: Buffer,
): Promise<NpmRegistry> {
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  let manner: RegistryManner = "good";
  const other = await packTarball({ name, version, files: { "index.js": "// another package" } });
  const changed = Buffer.from(tarball);
  changed[changed.length >> 1] = (changed[changed.length >> 1] ?? 0) ^ 1;

  const sendTarball = (response: ServerResponse) => {
    if (manner === "has another package") return response.end(other);
    const half = tarball.subarray(0, tarball.length >> 1);
    response.setHeader("content-length", tarball.length);
    if (manner === "breaks off") response.write(half, () => response.destroy());
    else if (manner === "falls silent") response.write(half);
    else response.end(manner === "changes a byte" ? changed : tarball);
  };
  const listener: RequestListener = ({ url = "", headers }, response) => {
    requests.push(url);
    const file = `/${name}/-/package.tgz`;
    if (manner === "is silent") return;
    if (manner === "refuses") return void response.writeHead(403).end("{}");
    if (manner === "is broken") return void response.writeHead(500).end("{}");
    if (manner === "asks for a login" && headers.authorization !== `Bearer ${registryToken}`) {
      return void response.writeHead(401, { "www-authenticate": "Bearer" }).end("{}");
    }
    if (decodeURIComponent(url) === file) return void sendTarball(response);
    if (decodeURIComponent(url) !== `/${name}`) return void response.writeHead(404).end("{}");
    const integrity = integrityOf(manner === "has another package" ? other : tarball);
    const dist = { tarball: `${address}${file}`, integrity };
    response.setHeader("content-type", "application/json");
    response.end(
      JSON.stringify({
        name,
        "dist-tags": { latest: version },
        versions: { [version]: { name, version, dist } },
      }),
    );
  };
  const server = createServer(listener);
  server.on("connection", (socket) => {
    sockets.add(socket.on("close", () => sockets.delete(socket)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const home = await mkdtemp(path.join(tmpdir(), "cameo-registry-"));
  return {
    address,
    requests,
    env: {
      npm_config_registry: address,
      npm_config_cache: path.join(home, "cache"),
      npm_config_userconfig: path.join(home, "npmrc"),
      npm_config_globalconfig: path.join(home, "global-npmrc"),
      npm_config_noproxy: "127.0.0.1",
    },
    behave: (next) => {
      manner = next;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      await rm(home, { recursive: true, force: true });
    },
  };
}
