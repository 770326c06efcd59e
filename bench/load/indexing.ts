import {
  CreateCollectionCommand,
  IndexFacesCommand,
  type RekognitionClient,
} from "@aws-sdk/client-rekognition";
import type { RecognitionModels } from "../../src/recognition/models.ts";
import { inParallel } from "../support/target.ts";
import { Bound } from "./bound.ts";
import type { PhotoSet } from "./photoSets.ts";
import { median, quantile } from "./statistics.ts";

/** How fast a set of photos is indexed, with so many requests at a time. */
export interface IndexingFigure {
  readonly photos: string;
  readonly concurrency: number;
  readonly photosPerSecond: number;
  readonly facesPerSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p95: number;
  /** Of the bound that ran beside it, photos a second; absent where none did. */
  readonly boundPerSecond?: number;
  /** `photosPerSecond` by `boundPerSecond`, the median of the rounds. */
  readonly efficiency?: number;
}

/** Enough at a time to keep all threads busy without a long queue; the bound is compared with this one. */
const comparedConcurrency = 8;
const otherConcurrencies = [1, 50] as const;

/**
 * Indexes a set through the service, and in turns runs the bound over the same photos, so that what else the machine
 * does touches both alike.
 */
export async function measureIndexing(
  client: RekognitionClient,
  { name, photos }: PhotoSet,
  models: RecognitionModels,
  threads: number,
  rounds: number,
): Promise<IndexingFigure[]> {
  const bound = await Bound.open(models, photos, threads);
  const figures: IndexingFigure[] = [];
  try {
    const passes: Pass[] = [];
    const boundSeconds: number[] = [];
    for (let round = 0; round < rounds; round++) {
      boundSeconds.push(await bound.pass());
      passes.push(await indexAll(client, photos, comparedConcurrency));
    }
    const efficiency = median(passes.map(({ seconds }, round) => (boundSeconds[round] as number) / seconds));
    figures.push({
      ...figureOf(name, comparedConcurrency, photos.length, passes),
      boundPerSecond: photos.length / median(boundSeconds),
      efficiency,
    });
  } finally {
    await bound.close();
  }
  for (const concurrency of otherConcurrencies) {
    figures.push(figureOf(name, concurrency, photos.length, [await indexAll(client, photos, concurrency)]));
  }
  return figures;
}

interface Pass {
  readonly seconds: number;
  readonly faces: number;
  /** Milliseconds of each request. */
  readonly times: readonly number[];
}

let collections = 0;

/** Indexes all photos into a new collection: in one that has them, they would not be stored again. */
async function indexAll(
  client: RekognitionClient,
  photos: readonly Uint8Array[],
  concurrency: number,
): Promise<Pass> {
  const CollectionId = `bench-${collections++}`;
  await client.send(new CreateCollectionCommand({ CollectionId }));
  const start = performance.now();
  const answers = await inParallel(photos, concurrency, async (Bytes) => {
    const begin = performance.now();
    const { FaceRecords = [] } = await client.send(new IndexFacesCommand({ CollectionId, Image: { Bytes } }));
    return { faces: FaceRecords.length, ms: performance.now() - begin };
  });
  return {
    seconds: (performance.now() - start) / 1000,
    faces: answers.reduce((sum, { faces }) => sum + faces, 0),
    times: answers.map(({ ms }) => ms),
  };
}

function figureOf(
  photos: string,
  concurrency: number,
  count: number,
  passes: readonly Pass[],
): IndexingFigure {
  const seconds = median(passes.map((pass) => pass.seconds));
  const times = passes.flatMap((pass) => pass.times);
  return {
    photos,
    concurrency,
    photosPerSecond: count / seconds,
    facesPerSecond: (passes[0]?.faces ?? 0) / seconds,
    p50: median(times),
    p95: quantile(times, 0.95),
  };
}
