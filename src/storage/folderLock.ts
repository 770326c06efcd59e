import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import net from "node:net";
import path from "node:path";
import { systemErrorCode } from "../system/systemError.ts";

/** Thrown when another process has opened the folder. */
export class FolderInUseError extends Error {
  override readonly name = "FolderInUseError";

  constructor(folder: string) {
    super(
      `The data folder ${folder} is in use by another Cameo process. Stop that one, give this one another ` +
        "CAMEO_DATA_DIR, or set DATABASE_URL: any number of servers can share one PostgreSQL.",
    );
  }
}

/** Lets the folder go. */
export type Unlock = () => Promise<void>;

/**
 * Takes a folder for this process alone, by listening on a socket in it. The operating system ends the
 * listening with the process, however it dies, so that no lock is left behind as a file with a process id
 * would be; and two containers that share the folder see each other, although both are process 1.
 *
 * @throws FolderInUseError
 */
export async function lockFolder(folder: string): Promise<Unlock> {
  const address = socketAddress(folder);
  const token = randomUUID();
  const server = net.createServer((socket) => socket.on("error", () => undefined).end(token));
  server.unref();
  for (const attempt of ["first", "after removing what a dead process left"] as const) {
    try {
      await listen(server, address);
      break;
    } catch (error) {
      if (systemErrorCode(error) !== "EADDRINUSE") throw error;
      if (attempt !== "first" || (await askOwner(address)) !== undefined) throw new FolderInUseError(folder);
      await rm(address, { force: true });
    }
  }
  // Two processes may both have found the socket of a dead one: the later one's took the earlier one's place.
  if ((await askOwner(address)) !== token) {
    server.close();
    throw new FolderInUseError(folder);
  }
  return () => new Promise((resolve) => server.close(() => resolve()));
}

/** Longest path that a socket may have on every system, in bytes. */
const longestSocketPath = 100;

function socketAddress(folder: string): string {
  const name = "cameo.lock";
  if (process.platform === "win32") {
    return path.join("\\\\.\\pipe", path.resolve(folder).replaceAll(/[\\/:]/g, "-"), name);
  }
  const absolute = path.resolve(folder, name);
  const address = [absolute, path.relative(process.cwd(), absolute)].find(
    (candidate) => Buffer.byteLength(candidate) <= longestSocketPath,
  );
  if (address === undefined) throw new RangeError(`The path of the data folder is too long: ${folder}`);
  return address;
}

function listen(server: net.Server, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(address, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

/** The token of the process that listens, or undefined when none does. */
function askOwner(address: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    let token = "";
    net
      .connect(address)
      .on("data", (piece) => {
        token += piece.toString();
      })
      .on("error", () => resolve(undefined))
      .on("end", () => resolve(token));
  });
}
