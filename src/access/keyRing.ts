import type { Logger } from "pino";
import { watchFiles } from "../system/watchFiles.ts";
import { type AccessKey, AccessKeyError, readAccessKeyFile } from "./accessKeys.ts";

/** The access keys that are good now. */
export class KeyRing {
  #keys: ReadonlyMap<string, AccessKey>;

  constructor(keys: readonly AccessKey[]) {
    this.#keys = byId(keys);
  }

  find(accessKeyId: string): AccessKey | undefined {
    return this.#keys.get(accessKeyId);
  }

  /** Puts other keys in place of all that there are. */
  replace(keys: readonly AccessKey[]): void {
    this.#keys = byId(keys);
  }
}

/**
 * Reads a file of access keys again whenever it changes. Keys that are not in order replace none: those before stay
 * good, and the log says so as an error.
 *
 * @param every milliseconds between two looks at the file.
 * @returns a function that ends the watch.
 */
export function followKeyFile(ring: KeyRing, file: string, log: Logger, every?: number): () => void {
  const read = () => {
    try {
      const keys = readAccessKeyFile(file);
      ring.replace(keys);
      log.info({ file, accessKeyIds: keys.map(({ caller }) => caller.accessKeyId) }, "access keys read");
    } catch (error) {
      if (!(error instanceof AccessKeyError)) throw error;
      log.error({ file, faults: error.faults }, "CAMEO_CREDENTIALS: the access keys before stay good");
    }
  };
  const stop = watchFiles([file], read, every);
  // It may have changed since the settings were read.
  read();
  return stop;
}

function byId(keys: readonly AccessKey[]): ReadonlyMap<string, AccessKey> {
  return new Map(keys.map((key) => [key.caller.accessKeyId, key]));
}
