import { readFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import { CompareFacesCommand, type RekognitionClient } from "@aws-sdk/client-rekognition";
import { inParallel, openTarget } from "./support/target.ts";

const usage = `npm run bench:pairs [-- OPTIONS]

Verification: asks CompareFaces about pairs of photos of the same and of different people, and tells how many are
told apart by the best threshold of the other folds (the protocol of Labeled Faces in the Wild).

  --pairs FOLDER     ../shared/photos/lfw: photos and pairs.csv (a,b,same,fold)
  --endpoint URL     the service to ask, with the environment's AWS keys; otherwise one is started
  --least-accuracy R exit code 1 below this share of pairs told right
`;

interface Pair {
  readonly a: string;
  readonly b: string;
  readonly same: boolean;
  readonly fold: string;
}

interface ScoredPair extends Pair {
  /** Similarity of the largest faces, 0..100; 0 where a photo shows no face. */
  readonly similarity: number;
}

const { values: options } = parseArgs({
  options: {
    pairs: { type: "string", default: "../shared/photos/lfw" },
    endpoint: { type: "string" },
    "least-accuracy": { type: "string", default: "0" },
    help: { type: "boolean" },
  },
});

const concurrency = 4;

async function main(): Promise<void> {
  if (options.help) return console.log(usage);
  const pairs = readPairs(await readFile(path.join(options.pairs, "pairs.csv"), "utf8"));
  const { client, close } = await openTarget(options.endpoint);
  try {
    const scored = await inParallel(pairs, concurrency, async (pair) => ({
      ...pair,
      similarity: await similarityOf(client, pair),
    }));
    const folds = [...new Set(scored.map(({ fold }) => fold))];
    const right = folds.map((fold) => {
      const threshold = bestThreshold(scored.filter((pair) => pair.fold !== fold));
      return accuracy(
        scored.filter((pair) => pair.fold === fold),
        threshold,
      );
    });
    const mean = right.reduce((sum, share) => sum + share, 0) / right.length;
    console.log(`${scored.length} pairs in ${folds.length} folds: accuracy ${mean.toFixed(4)}`);
    console.log(
      `at similarity 80: ${accuracy(scored, 80).toFixed(4)}, of strangers ${rate(scored, false)}, of one person ${rate(scored, true)}`,
    );
    if (mean < Number(options["least-accuracy"])) process.exitCode = 1;
  } finally {
    await close();
  }
}

function readPairs(csv: string): Pair[] {
  const [, ...lines] = csv.trim().split(/\r?\n/);
  return lines.map((line) => {
    const [a = "", b = "", same, fold = ""] = line.split(",");
    return { a, b, same: same === "1", fold };
  });
}

/** CompareFaces takes the largest face of the source; of the target's faces the largest is taken as well. */
async function similarityOf(client: RekognitionClient, { a, b }: Pair): Promise<number> {
  const [source, target] = await Promise.all([a, b].map((file) => readFile(path.join(options.pairs, file))));
  try {
    const { FaceMatches = [] } = await client.send(
      new CompareFacesCommand({
        SourceImage: { Bytes: source },
        TargetImage: { Bytes: target },
        SimilarityThreshold: 0,
      }),
    );
    const size = ({ Face }: (typeof FaceMatches)[number]) =>
      (Face?.BoundingBox?.Width ?? 0) * (Face?.BoundingBox?.Height ?? 0);
    const [largest] = FaceMatches.sort((one, other) => size(other) - size(one));
    return largest?.Similarity ?? 0;
  } catch (error) {
    if (error instanceof Error && error.name === "InvalidParameterException") return 0;
    throw error;
  }
}

function accuracy(pairs: readonly ScoredPair[], threshold: number): number {
  return pairs.filter(({ similarity, same }) => similarity >= threshold === same).length / pairs.length;
}

function bestThreshold(pairs: readonly ScoredPair[]): number {
  const candidates = pairs.map(({ similarity }) => similarity);
  return candidates.reduce((best, threshold) =>
    accuracy(pairs, threshold) > accuracy(pairs, best) ? threshold : best,
  );
}

function rate(pairs: readonly ScoredPair[], same: boolean): string {
  const group = pairs.filter((pair) => pair.same === same);
  const matched = group.filter(({ similarity }) => similarity >= 80).length;
  return `${matched} of ${group.length} match`;
}

await main();
