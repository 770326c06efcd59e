import { parentPort, workerData } from "node:worker_threads";
import { type InferenceSession, Tensor } from "onnxruntime-node";
import { Analyzer } from "../../src/recognition/analyze.ts";
import { maximumFaces } from "../../src/recognition/contract.ts";
import { decodeImage } from "../../src/recognition/decode.ts";
import type { RecognitionModels } from "../../src/recognition/models.ts";
import { observeRuns } from "./netRuns.ts";

/** What the bare loop of one thread works on. */
export interface BoundJob {
  readonly models: RecognitionModels;
  readonly photos: readonly Uint8Array[];
  /** One number that all threads count up by `Atomics`: the next photo to take. */
  readonly next: Int32Array;
}

/** A run of a net that analysing a photo takes. */
interface NetRun {
  readonly session: InferenceSession;
  readonly feeds: InferenceSession.FeedsType;
}

const { models, photos, next } = workerData as BoundJob;
const runsOfPhotos = await recordRuns();
parentPort?.on("message", () => void bareLoop().then(() => parentPort?.postMessage("done")));
parentPort?.postMessage("ready");

/** Decodes photos and runs the nets as often and on inputs as large as analysing them does, and nothing else. */
async function bareLoop(): Promise<void> {
  for (let index = Atomics.add(next, 0, 1); index < photos.length; index = Atomics.add(next, 0, 1)) {
    await decodeImage(photos[index] as Uint8Array, models.settings.workingLongSide);
    for (const { session, feeds } of runsOfPhotos[index] as NetRun[]) await session.run(feeds);
  }
}

/** Analyses each photo once and notes which nets it ran. Inputs of one shape are kept once: 15 MB each would not do. */
async function recordRuns(): Promise<NetRun[][]> {
  const analyzer = await Analyzer.open(models);
  const kept = new Map<InferenceSession, Map<string, InferenceSession.FeedsType>>();
  let current: NetRun[] = [];
  const record = (session: InferenceSession, feeds: InferenceSession.FeedsType) => {
    const shape = JSON.stringify(Object.values(feeds).map(({ dims }) => dims));
    const ofSession = kept.get(session) ?? new Map<string, InferenceSession.FeedsType>();
    kept.set(session, ofSession);
    if (!ofSession.has(shape)) ofSession.set(shape, copyOf(feeds));
    current.push({ session, feeds: ofSession.get(shape) as InferenceSession.FeedsType });
    return () => undefined;
  };
  return observeRuns(record, async () => {
    const recorded: NetRun[][] = [];
    for (const photo of photos) {
      current = [];
      await analyzer.analyze(photo, { embedLargest: maximumFaces });
      recorded.push(current);
    }
    return recorded;
  });
}

/** Inputs may lie in memory that is used again. */
function copyOf(feeds: InferenceSession.FeedsType): InferenceSession.FeedsType {
  return Object.fromEntries(
    Object.entries(feeds).map(([name, { data, dims }]) => [
      name,
      new Tensor("float32", (data as Float32Array).slice(), dims),
    ]),
  );
}
