import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { RekognitionClient } from "@aws-sdk/client-rekognition";
import { developmentCredential } from "../../src/boot/config.ts";
import { startServiceProcess } from "../../test/support/serviceProcess.ts";

/** A service to measure, by the client that any program would use. */
export interface Target {
  readonly client: RekognitionClient;
  /** For a service that was started for this. */
  readonly pid: number | undefined;
  close(): Promise<void>;
}

/**
 * The service at an address (with the environment's AWS keys), or one that is started with the default models
 * on an empty data folder.
 */
export async function openTarget(endpoint: string | undefined, databaseUrl?: string): Promise<Target> {
  if (endpoint !== undefined) {
    const client = new RekognitionClient({ endpoint });
    return { client, pid: undefined, close: async () => client.destroy() };
  }
  const folder = await mkdtemp(path.join(tmpdir(), "cameo-bench-"));
  const service = await startServiceProcess({
    models: "trained",
    env: { CAMEO_DATA_DIR: folder, ...(databaseUrl !== undefined && { DATABASE_URL: databaseUrl }) },
  });
  const client = new RekognitionClient({
    endpoint: service.endpoint,
    region: "us-east-1",
    credentials: developmentCredential,
  });
  return {
    client,
    pid: service.pid,
    close: async () => {
      client.destroy();
      await service.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Does work on each item, several at a time. Results come in the items' order. */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  concurrency: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = new Array(items.length);
  const queue = items.entries();
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      for (const [index, item] of queue) results[index] = await work(item);
    }),
  );
  return results;
}
