import { readFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import {
  CreateCollectionCommand,
  DeleteCollectionCommand,
  IndexFacesCommand,
  SearchFacesByImageCommand,
} from "@aws-sdk/client-rekognition";
import { inParallel, openTarget } from "./support/target.ts";

const usage = `npm run bench:album [-- OPTIONS]

The main job: indexes an album of photos, searches it with selfies, and counts how many of the photos that a
person is in are found, and how many of the photos that are returned are wrong.

  --album FOLDER     ../shared/photos/album_lfw: photos, selfies and manifest.json
  --endpoint URL     the service to ask, with the environment's AWS keys; otherwise one is started
  --database URL     PostgreSQL for the service that is started
  --threshold 0..100 FaceMatchThreshold, 80
  --least-recall R   exit code 1 below this share of photos found
  --most-wrong R     exit code 1 above this share of wrong photos
`;

/** What a manifest tells: who is on which photo, and whose selfie is which. */
interface AlbumManifest {
  readonly selfies: readonly { readonly file: string; readonly identity: string }[];
  readonly photos: readonly {
    readonly file: string;
    readonly faces: readonly { readonly identity: string }[];
  }[];
}

const { values: options } = parseArgs({
  options: {
    album: { type: "string", default: "../shared/photos/album_lfw" },
    endpoint: { type: "string" },
    database: { type: "string" },
    threshold: { type: "string", default: "80" },
    "least-recall": { type: "string", default: "0" },
    "most-wrong": { type: "string", default: "1" },
    help: { type: "boolean" },
  },
});

const concurrency = 4;

async function main(): Promise<void> {
  if (options.help) return console.log(usage);
  const manifest = JSON.parse(
    await readFile(path.join(options.album, "manifest.json"), "utf8"),
  ) as AlbumManifest;
  const bytesOf = (file: string) => readFile(path.join(options.album, file));
  const { client, close } = await openTarget(options.endpoint, options.database);
  const CollectionId = `album-${Date.now()}`;
  try {
    await client.send(new CreateCollectionCommand({ CollectionId }));
    const start = performance.now();
    const counts = await inParallel(manifest.photos, concurrency, async ({ file }) => {
      const answer = await client.send(
        new IndexFacesCommand({
          CollectionId,
          Image: { Bytes: await bytesOf(file) },
          ExternalImageId: path.basename(file),
        }),
      );
      return answer.FaceRecords?.length ?? 0;
    });
    const faces = counts.reduce((sum, count) => sum + count, 0);
    console.log(`indexed ${counts.length} photos, ${faces} faces in ${seconds(start)} s`);

    const outcome = { truths: 0, returned: 0, right: 0 };
    await inParallel(manifest.selfies, concurrency, async ({ file, identity }) => {
      const truth = new Set(
        manifest.photos
          .filter((photo) => photo.faces.some((face) => face.identity === identity))
          .map((photo) => path.basename(photo.file)),
      );
      const answer = await client.send(
        new SearchFacesByImageCommand({
          CollectionId,
          Image: { Bytes: await bytesOf(file) },
          FaceMatchThreshold: Number(options.threshold),
          MaxFaces: 100,
        }),
      );
      const found = new Set(answer.FaceMatches?.map(({ Face }) => Face?.ExternalImageId ?? ""));
      outcome.truths += truth.size;
      outcome.returned += found.size;
      outcome.right += [...found].filter((photo) => truth.has(photo)).length;
    });
    const recall = outcome.right / outcome.truths;
    const wrong = 1 - outcome.right / outcome.returned;
    console.log(`searched with ${manifest.selfies.length} selfies at threshold ${options.threshold}`);
    console.log(`found ${outcome.right} of ${outcome.truths} photos: recall ${percent(recall)}`);
    console.log(
      `wrong ${outcome.returned - outcome.right} of ${outcome.returned} returned: ${percent(wrong)}`,
    );
    if (recall < Number(options["least-recall"]) || wrong > Number(options["most-wrong"]))
      process.exitCode = 1;
  } finally {
    await client.send(new DeleteCollectionCommand({ CollectionId })).catch(() => undefined);
    await close();
  }
}

function seconds(start: number): string {
  return ((performance.now() - start) / 1000).toFixed(1);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}

await main();
