import {
  CreateCollectionCommand,
  IndexFacesCommand,
  type RekognitionClient,
  type RekognitionServiceException,
  SearchFacesByImageCommand,
} from "@aws-sdk/client-rekognition";
import type { NextSelfie } from "./selfies.ts";
import { median, quantile } from "./statistics.ts";

/** How searches fared with so many clients. */
export interface SearchingFigure {
  readonly what: string;
  readonly clients: number;
  readonly searches: number;
  readonly searchesPerSecond: number;
  /** Milliseconds, retries included. */
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  /** Searches that the SDK sent again because they were throttled, and that then succeeded. */
  readonly retried: number;
  /** Searches that failed, by AWS's name of the error. */
  readonly failed: Readonly<Record<string, number>>;
}

/** Searches with each of `clients` at once, each its next as soon as the last was answered, for some seconds. */
export async function measureSearching(
  client: RekognitionClient,
  what: string,
  CollectionId: string,
  nextSelfie: NextSelfie,
  clients: number,
  seconds: number,
): Promise<SearchingFigure> {
  const times: number[] = [];
  const failed: Record<string, number> = {};
  let retried = 0;
  const start = performance.now();
  const end = start + 1000 * seconds;
  const searchOn = async () => {
    while (performance.now() < end) {
      const Bytes = nextSelfie();
      const begin = performance.now();
      try {
        const { $metadata } = await client.send(
          new SearchFacesByImageCommand({ CollectionId, Image: { Bytes }, MaxFaces: 100 }),
        );
        if (($metadata.attempts ?? 1) > 1) retried++;
        times.push(performance.now() - begin);
      } catch (error) {
        const { name } = error as RekognitionServiceException;
        failed[name] = (failed[name] ?? 0) + 1;
      }
    }
  };
  await Promise.all(Array.from({ length: clients }, searchOn));
  return {
    what,
    clients,
    searches: times.length,
    searchesPerSecond: (1000 * times.length) / (performance.now() - start),
    p50: median(times),
    p95: quantile(times, 0.95),
    p99: quantile(times, 0.99),
    retried,
    failed,
  };
}

/** What one person who searches feels while nothing else runs, and while an import takes all the machine has. */
export interface UrgencyFigure {
  readonly idle: SearchingFigure;
  readonly underImport: SearchingFigure;
  readonly importedPhotos: number;
  /** p95 under the import by p95 when idle. */
  readonly ratio: number;
}

/** Searches as one client, first alone, then beside an import with 16 requests at a time. */
export async function measureUrgency(
  client: RekognitionClient,
  CollectionId: string,
  nextSelfie: NextSelfie,
  photos: readonly Uint8Array[],
  seconds: number,
): Promise<UrgencyFigure> {
  const idle = await measureSearching(client, "one searcher, idle", CollectionId, nextSelfie, 1, seconds);
  const target = "bench-import";
  await client.send(new CreateCollectionCommand({ CollectionId: target }));
  let isOver = false;
  let imported = 0;
  const importOn = async () => {
    while (!isOver) {
      const index = imported++;
      const Bytes = photos[index % photos.length] as Uint8Array;
      const ExternalImageId = `photo-${index}`;
      await client.send(new IndexFacesCommand({ CollectionId: target, Image: { Bytes }, ExternalImageId }));
    }
  };
  const running = Promise.all(Array.from({ length: 16 }, importOn));
  const underImport = await measureSearching(
    client,
    "one searcher beside an import",
    CollectionId,
    nextSelfie,
    1,
    2 * seconds,
  );
  isOver = true;
  await running;
  return { idle, underImport, importedPhotos: imported, ratio: underImport.p95 / idle.p95 };
}
