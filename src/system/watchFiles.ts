import { unwatchFile, watchFile } from "node:fs";

/** How often files are looked at, in milliseconds. */
const standardInterval = 2000;

/**
 * Tells when any of some files is another than before, by looking at what their paths lead to: that sees a file
 * written in place, one renamed over it, and the symbolic links that Kubernetes turns to a new version of a secret.
 *
 * @param every milliseconds between two looks.
 * @returns a function that ends the watch.
 */
export function watchFiles(
  files: readonly string[],
  changed: () => void,
  every: number = standardInterval,
): () => void {
  for (const file of files) watchFile(file, { interval: every, persistent: false }, changed);
  return () => {
    for (const file of files) unwatchFile(file, changed);
  };
}
