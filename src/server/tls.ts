import { readFileSync } from "node:fs";
import type { Server } from "node:https";
import { createSecureContext, type SecureContextOptions } from "node:tls";
import type { Logger } from "pino";
import { watchFiles } from "../system/watchFiles.ts";

/** Paths of a certificate, with those between it and the root after it, and of its private key; both PEM. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
}

/** Thrown when the files of the certificate cannot be used. */
export class TlsFilesError extends Error {
  override readonly name = "TlsFilesError";

  constructor(reason: string) {
    super(`CAMEO_TLS_CERT, CAMEO_TLS_KEY: ${reason}`);
  }
}

/** Reads certificate and key. @throws TlsFilesError when they cannot be read, or do not belong together. */
export function readTls({ cert, key }: TlsFiles): SecureContextOptions {
  const options = { cert: readPem(cert), key: readPem(key), minVersion: "TLSv1.2" } as const;
  try {
    createSecureContext(options);
  } catch (error) {
    // OpenSSL's reasons name no content: "key values mismatch", "no start line".
    throw new TlsFilesError((error as Error).message);
  }
  return options;
}

/**
 * Gives a server its certificate again whenever a file of it changes. New connections get the new one. Files that do
 * not belong together, as between the two writes of a renewal, leave the one before.
 *
 * @param every milliseconds between two looks at the files.
 * @returns a function that ends the watch.
 */
export function followTls(server: Server, files: TlsFiles, log: Logger, every?: number): () => void {
  const renew = () => {
    try {
      server.setSecureContext(readTls(files));
      log.info("certificate read");
    } catch (error) {
      if (!(error instanceof TlsFilesError)) throw error;
      log.error(`${error.message}; the certificate before stays in use`);
    }
  };
  return watchFiles([files.cert, files.key], renew, every);
}

function readPem(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch {
    throw new TlsFilesError(`${file} cannot be read`);
  }
}
