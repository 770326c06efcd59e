import { type ServerProcess, startServerProcess } from "./serverProcess.ts";

/** The key that the server knows. */
export const testCredential = { accessKeyId: "cameo-test", secretAccessKey: "cameo-test-secret" } as const;

/** The bucket that the server has from the start. */
export const testBucket = "cameo-test-photos";

/**
 * Starts a server of S3's protocol in a process of its own. It has `testBucket`, checks signatures, which are
 * `testCredential`'s, and keeps no versions.
 *
 * @param folder keeps the objects.
 */
export function startS3ServerProcess(folder: string): Promise<ServerProcess> {
  return startServerProcess({
    command: ["dist/test/support/s3Server.js", folder],
    announcement: /^S3 answers at (\S+)$/,
  });
}
